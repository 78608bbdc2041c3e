//go:build race

package server_test

// slowdown is what the race detector may cost a test that measures time.
const slowdown = 10
