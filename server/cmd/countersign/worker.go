package main

import (
	"crypto/rand"

	"countersign/session/verify"
)

type workerCmd struct{}

// Run implements the command.
func (workerCmd) Run() error {
	if code := verify.WorkerMain(verify.Argon2(rand.Reader)); code != 0 {
		return exitCode(code)
	}
	return nil
}
