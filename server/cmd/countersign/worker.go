package main

import (
	"crypto/rand"
	"maps"
	"slices"

	"countersign/pamauth"
	"countersign/session/verify"
)

// workerArgument makes this program a password worker. It is no command of the command
// line: what the parser of that one keeps in memory, the collector would look through
// again after every password.
const workerArgument = "worker"

// workerCommand starts this program as a password worker.
func workerCommand() ([]string, error) { return verify.SelfCommand(workerArgument) }

func isWorker(args []string) bool { return slices.Equal(args, []string{workerArgument}) }

// workerMain is a worker's life. It returns the exit status.
func workerMain() int {
	handlers := verify.Argon2(rand.Reader)
	maps.Copy(handlers, pamauth.Handlers())
	return verify.WorkerMain(handlers)
}
