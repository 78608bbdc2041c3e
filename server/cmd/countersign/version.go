package main

import (
	"fmt"
	"runtime"
)

type versionCmd struct{}

// Help shows an example.
func (versionCmd) Help() string { return "Example:\n  countersign version" }

// Run implements the command.
func (versionCmd) Run(io stdio) error {
	_, err := fmt.Fprintf(io.out, "countersign %s (%s, %s/%s)\n", version, runtime.Version(), runtime.GOOS, runtime.GOARCH)
	return err
}
