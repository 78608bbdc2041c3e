package verify

import (
	"errors"
	"fmt"
	"os"
	"runtime"
	"strconv"

	"golang.org/x/sys/unix"
)

// lowest is the highest nice value: the CPU nobody else wants.
const lowest = 19

// SelfCommand returns the command that runs this program again with args. The link
// leads to the running program even after an upgrade has replaced its file.
func SelfCommand(args ...string) ([]string, error) {
	return append([]string{"/proc/self/exe"}, args...), nil
}

// lowPriority gives every thread of this process the nice value lowest. Linux sets it
// a thread at a time, and a new thread has its parent's; so when a pass over
// the threads finds nothing to change, no thread can appear with another value.
func lowPriority() error {
	for {
		entries, err := os.ReadDir("/proc/self/task")
		if err != nil {
			return fmt.Errorf("list threads: %w", err)
		}
		changed := false
		for _, e := range entries {
			tid, err := strconv.Atoi(e.Name())
			if err != nil {
				return fmt.Errorf("list threads: %w", err)
			}
			// The system call returns 20 - nice.
			current, err := unix.Getpriority(unix.PRIO_PROCESS, tid)
			if err == nil && current != 20-lowest {
				changed = true
				err = unix.Setpriority(unix.PRIO_PROCESS, tid, lowest)
			}
			if err != nil && !errors.Is(err, unix.ESRCH) {
				return fmt.Errorf("set priority: %w", err)
			}
		}
		if !changed {
			return nil
		}
	}
}

// noDumps keeps passwords out of core files: the limit does for those the kernel
// writes, the flag also for those it pipes to a program.
func noDumps() error {
	if err := unix.Setrlimit(unix.RLIMIT_CORE, &unix.Rlimit{}); err != nil {
		return fmt.Errorf("limit core files: %w", err)
	}
	if err := unix.Prctl(unix.PR_SET_DUMPABLE, 0, 0, 0, 0); err != nil {
		return fmt.Errorf("forbid core files: %w", err)
	}
	return nil
}

// largePages asks for large pages under the memory that hashes will use: argon2 reads
// all over it, and finds the way to fewer pages faster (1 to 2 % of a hash). What is
// asked for is an address range: the heap gives it, as yet untouched, to the hashes
// that come. Kernels without large pages know no such advice.
func largePages() error {
	block := make([]byte, 32<<20) // room for a hash of the default cost
	if err := unix.Madvise(block, unix.MADV_HUGEPAGE); err != nil && !errors.Is(err, unix.EINVAL) {
		return fmt.Errorf("ask for large pages: %w", err)
	}
	runtime.GC() // frees the block
	return nil
}

// awaitExit returns true when the process has ended and is still to be reaped, so
// that its id is not given to another yet.
func awaitExit(pid int) bool {
	for {
		err := unix.Waitid(unix.P_PID, pid, nil, unix.WEXITED|unix.WNOWAIT, nil)
		if !errors.Is(err, unix.EINTR) {
			return err == nil
		}
	}
}
