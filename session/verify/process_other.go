//go:build unix && !linux

package verify

import (
	"fmt"
	"os"
	"syscall"
)

// lowest is the highest nice value: the CPU nobody else wants.
const lowest = 19

// SelfCommand returns the command that runs this program again with args.
func SelfCommand(args ...string) ([]string, error) {
	path, err := os.Executable()
	if err != nil {
		return nil, fmt.Errorf("verify: find this program: %w", err)
	}
	return append([]string{path}, args...), nil
}

// lowPriority gives this process the nice value lowest.
func lowPriority() error {
	if err := syscall.Setpriority(syscall.PRIO_PROCESS, 0, lowest); err != nil {
		return fmt.Errorf("set priority: %w", err)
	}
	return nil
}

// noDumps keeps passwords out of core files.
func noDumps() error {
	if err := syscall.Setrlimit(syscall.RLIMIT_CORE, &syscall.Rlimit{}); err != nil {
		return fmt.Errorf("limit core files: %w", err)
	}
	return nil
}

// largePages does nothing: no kernel but Linux is asked.
func largePages() error { return nil }

// awaitExit cannot wait without reaping here. What a worker that died by itself
// has left behind in its group lives on.
func awaitExit(int) bool { return false }
