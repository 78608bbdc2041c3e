//go:build unix && !linux

package verify

import (
	"errors"
	"fmt"
	"syscall"
)

// killTree sends SIGKILL to the group that pid leads. Descendants that have left the
// group are not looked for here.
func killTree(pid int) error {
	if err := syscall.Kill(-pid, syscall.SIGKILL); err != nil && !errors.Is(err, syscall.ESRCH) {
		return fmt.Errorf("signal to the group of process %d: %w", pid, err)
	}
	return nil
}

// killBelow would have to find the descendants of this process, which is not done here.
func killBelow() error { return nil }
