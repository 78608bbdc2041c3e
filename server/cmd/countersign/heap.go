package main

import (
	"os"
	"runtime"
	"runtime/debug"
)

// The garbage that may gather before it is collected: half of what is live, and no less
// than half of the floor. Go's own setting is all of what is live, and no less than
// 4 MiB: with a million sessions that is a hundred megabytes, and with few it makes a
// server under load collect dozens of times a second, each time a hiccup for its calls.
const (
	garbagePercent = 50
	heapFloor      = 48 << 20
)

// settleHeap tells the collector so, unless the environment says something else
// (GOGC). What it returns is to be called when the serving is over.
//
// The floor is memory that counts as live and is never touched, so that it takes
// addresses and no memory.
func settleHeap() (release func()) {
	if os.Getenv("GOGC") != "" {
		return func() {}
	}
	debug.SetGCPercent(garbagePercent)
	floor := make([]byte, heapFloor)
	return func() { runtime.KeepAlive(floor) }
}
