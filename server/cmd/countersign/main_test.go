package main

import (
	"context"
	"os"
	"path/filepath"
	"testing"

	"countersign/sql/sqltest"
)

// TestMain lets the test binary be the program: for scripts, which call it by the name
// countersign, and for the password workers that it starts as itself.
func TestMain(m *testing.M) {
	if filepath.Base(os.Args[0]) == "countersign" || isWorker(os.Args[1:]) {
		os.Exit(run(context.Background(), os.Args[1:], stdio{os.Stdin, os.Stdout, os.Stderr}))
	}
	sqltest.Main(m)
}
