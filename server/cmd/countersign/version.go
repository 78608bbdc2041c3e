package main

import (
	"fmt"
	"runtime"
	"runtime/debug"
	"strings"
)

type versionCmd struct{}

// Help shows an example.
func (versionCmd) Help() string { return "Example:\n  countersign version" }

// Run implements the command.
func (versionCmd) Run(io stdio) error { return say(io, "%s\n", versionText()) }

// versionText tells the version, of a build that is no release also the commit.
func versionText() string {
	var commit string
	if info, ok := debug.ReadBuildInfo(); ok && strings.HasSuffix(version, "-dev") {
		commit = commitOf(info.Settings)
	}
	return fmt.Sprintf("countersign %s (%s%s, %s/%s)", version, commit, runtime.Version(), runtime.GOOS, runtime.GOARCH)
}

// commitOf names the commit that a program was built from, with a comma behind it; ""
// if that is not known.
func commitOf(settings []debug.BuildSetting) string {
	var commit, changed string
	for _, s := range settings {
		switch {
		case s.Key == "vcs.revision":
			commit = s.Value[:min(12, len(s.Value))]
		case s.Key == "vcs.modified" && s.Value == "true":
			changed = " with changes"
		}
	}
	if commit == "" {
		return ""
	}
	return "commit " + commit + changed + ", "
}
