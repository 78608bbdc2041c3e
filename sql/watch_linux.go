package sql

import (
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"os"
	"syscall"
)

// watchFile signals at once, because what happened before is unknown, and whenever the
// file is touched, until ctx ends. It makes the file if it is gone. Errors:
// errCannotWatch; others when the file goes away.
func watchFile(ctx context.Context, path string, signal func()) error {
	made, err := os.OpenFile(path, os.O_RDWR|os.O_CREATE, 0o600)
	if err != nil {
		return fmt.Errorf("%w: %w", errCannotWatch, err)
	}
	if err := made.Close(); err != nil {
		return err
	}
	fd, err := syscall.InotifyInit1(syscall.IN_NONBLOCK | syscall.IN_CLOEXEC)
	if err != nil {
		return fmt.Errorf("%w: %w", errCannotWatch, err)
	}
	events := os.NewFile(uintptr(fd), "inotify")
	defer events.Close()
	if _, err := syscall.InotifyAddWatch(fd, path, syscall.IN_ATTRIB|syscall.IN_DELETE_SELF|syscall.IN_MOVE_SELF); err != nil {
		return fmt.Errorf("%w: %w", errCannotWatch, err)
	}
	stop := context.AfterFunc(ctx, func() { _ = events.Close() }) // ends the reading below
	defer stop()
	signal()
	buf := make([]byte, 4096)
	for {
		n, err := events.Read(buf)
		switch {
		case ctx.Err() != nil:
			return nil
		case err != nil:
			return err
		}
		signal()
		if goneAway(buf[:n]) {
			return errors.New("the file that is watched went away")
		}
	}
}

// goneAway looks whether one of the events is the end of the file. An event is of four
// 32-bit numbers in the machine's order, the second is what happened (inotify(7)); one
// of a file that is watched itself has no name behind them.
func goneAway(events []byte) bool {
	for ; len(events) >= syscall.SizeofInotifyEvent; events = events[syscall.SizeofInotifyEvent:] {
		what := binary.NativeEndian.Uint32(events[4:])
		if what&(syscall.IN_DELETE_SELF|syscall.IN_MOVE_SELF|syscall.IN_IGNORED) != 0 {
			return true
		}
	}
	return false
}
