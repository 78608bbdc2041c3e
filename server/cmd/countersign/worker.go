package main

import (
	"crypto/rand"
	"maps"

	"countersign/pamauth"
	"countersign/session/verify"
)

type workerCmd struct{}

// Run implements the command.
func (workerCmd) Run() error {
	handlers := verify.Argon2(rand.Reader)
	maps.Copy(handlers, pamauth.Handlers())
	if code := verify.WorkerMain(handlers); code != 0 {
		return exitCode(code)
	}
	return nil
}
