package main

import (
	"encoding/binary"
	"errors"
	"fmt"
	"os"
	"strconv"
	"unsafe"

	"golang.org/x/sys/unix"
)

// errNoCounters: the machine does not count instructions, as most virtual ones.
var errNoCounters = errors.New("no hardware counters here")

// counters count the instructions of a process, one per thread; threads that start
// later are counted with the thread that started them.
type counters struct{ files []int }

func countInstructions(pid int) (*counters, error) {
	tasks, err := os.ReadDir(fmt.Sprintf("/proc/%d/task", pid))
	if err != nil {
		return nil, err
	}
	attr := unix.PerfEventAttr{
		Type: unix.PERF_TYPE_HARDWARE, Config: unix.PERF_COUNT_HW_INSTRUCTIONS,
		Size: uint32(unsafe.Sizeof(unix.PerfEventAttr{})), Bits: unix.PerfBitInherit,
	}
	c := &counters{}
	for _, task := range tasks {
		tid, err := strconv.Atoi(task.Name())
		if err != nil {
			return nil, err
		}
		fd, err := unix.PerfEventOpen(&attr, tid, -1, -1, unix.PERF_FLAG_FD_CLOEXEC)
		if err != nil {
			c.close()
			return nil, fmt.Errorf("%w: %w", errNoCounters, err)
		}
		c.files = append(c.files, fd)
	}
	return c, nil
}

// read gives the instructions so far, user and kernel.
func (c *counters) read() (uint64, error) {
	var total uint64
	for _, fd := range c.files {
		var b [8]byte
		if _, err := unix.Read(fd, b[:]); err != nil {
			return 0, err
		}
		total += binary.NativeEndian.Uint64(b[:])
	}
	return total, nil
}

func (c *counters) close() {
	for _, fd := range c.files {
		_ = unix.Close(fd) // nothing was written
	}
}
