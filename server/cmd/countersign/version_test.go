package main

import (
	"runtime/debug"
	"testing"
)

func TestCommitOf(t *testing.T) {
	t.Parallel()
	revision := debug.BuildSetting{Key: "vcs.revision", Value: "9cda24a0123456789abcdef"}
	for want, settings := range map[string][]debug.BuildSetting{
		"":                                   {{Key: "GOOS", Value: "linux"}, {Key: "vcs.modified", Value: "true"}},
		"commit 9cda24a01234, ":              {revision, {Key: "vcs.modified", Value: "false"}},
		"commit 9cda24a01234 with changes, ": {revision, {Key: "vcs.modified", Value: "true"}},
	} {
		if got := commitOf(settings); got != want {
			t.Errorf("%v: %q", settings, got)
		}
	}
}
