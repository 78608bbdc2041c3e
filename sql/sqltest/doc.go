// Package sqltest gives tests real databases that are thrown away afterwards: SQLite
// files, and databases in a Postgres cluster of the test process's own.
//
// The cluster is made at first need, in a temporary directory, on a free port of the
// loopback and a Unix socket, and serves all tests of the process. It stops when the
// process ends, in whatever way: a shell that waits at the other end of a pipe stops
// it and removes the directory. Main additionally waits for that.
//
// Environment:
//
//	COUNTERSIGN_TEST_POSTGRES_URL  a server to use instead; its user may create databases
//	COUNTERSIGN_TEST_REQUIRE_ALL   1: a missing Postgres fails the test instead of skipping it
//
// The package is for tests only. It must never be pointed at data that is needed.
package sqltest
