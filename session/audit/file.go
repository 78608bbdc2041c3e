package audit

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"sync"
	"syscall"
	"time"

	"countersign/session/internal/durable"
)

// FileOptions are Options and what only files have.
type FileOptions struct {
	Options
	// Sync makes Record wait until the line is on the disk. Without it a line survives
	// the end of the process at once, and a crash of the machine after some seconds.
	Sync bool
	// NoFollow refuses a symbolic link at the path: root must not write where the owner of
	// the folder, whom it does not trust, sends it.
	NoFollow bool
}

// File appends the lines to a file that other processes may append to as well: each
// line is one write in append mode, which the kernel does not let others into. Use it
// on local file systems; NFS gives no such promise.
//
// A file that was renamed or removed is noticed by the next Record, which goes on in a
// new file at the old path, so logrotate needs no signal and must not use copytruncate,
// which loses lines.
type File struct {
	path    string
	options FileOptions

	mu      sync.Mutex
	open    *handle // nil once closed
	end     int64   // where the last line of this process ended; -1 if that is not known
	torn    int64   // a size at which the file is known to end within a line; or 0
	next    *group  // lines that wait for the disk, in the open file
	syncing sync.Mutex
}

// handle is an open file with the number of groups that still have to sync it.
type handle struct {
	*os.File
	info    os.FileInfo
	groups  int
	retired bool
}

// OpenFile opens or makes the file, for its owner only if it is new. Errors: those of
// the file system; one that says so if the path is not that of a regular file, or is a
// symbolic link that must not be followed.
func OpenFile(path string, o FileOptions) (*File, error) {
	o.fill()
	f := &File{path: path, options: o}
	h, err := f.openPath()
	if err != nil {
		return nil, err
	}
	f.open = h
	return f, nil
}

// Record implements Log.
func (f *File) Record(e Event) error {
	l, err := f.options.newLine(&e)
	if err != nil {
		return err
	}
	wait, err := f.append(l.b)
	l.free()
	if err != nil {
		return fmt.Errorf("audit: %w", err)
	}
	if err := wait(); err != nil {
		return fmt.Errorf("audit: %w", err)
	}
	return nil
}

// append writes the line into the file at the path. wait returns when it is as durable
// as it has to be.
func (f *File) append(text []byte) (wait func() error, err error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	size, err := f.follow()
	if err != nil {
		return nil, err
	}
	if err := f.mend(size); err != nil {
		return nil, err
	}
	if _, err := f.open.Write(text); err != nil {
		f.end = -1
		return nil, err
	}
	f.end = size + int64(len(text))
	if !f.options.Sync {
		return func() error { return nil }, nil
	}
	return f.join(), nil
}

// follow opens the path again if another file is there now, or none, and gives the size
// of the file.
func (f *File) follow() (int64, error) {
	if f.open == nil {
		return 0, fs.ErrClosed
	}
	info, err := os.Stat(f.path)
	if err == nil && os.SameFile(info, f.open.info) {
		return info.Size(), nil
	}
	if err := f.swap(); err != nil {
		return 0, err
	}
	return f.open.info.Size(), nil
}

// mend ends a line that was cut short: by a full disk, a crash, or another process to
// which that happened. What is left of it stays, as a line that is no JSON. Only what
// stands after this process's own last line needs the look.
func (f *File) mend(size int64) error {
	if size == 0 || size == f.end {
		return nil
	}
	if size != f.torn {
		whole, err := f.endsWhole(size)
		if whole || err != nil {
			return err
		}
		f.torn = size // as long as the disk is full there is no need to look again
	}
	_, err := f.open.Write([]byte{'\n'})
	return err
}

// endsWhole tells whether the file ends with a line feed. A line that another process
// is just writing may be half there for a moment, so it looks more than once. If that
// process stands still for longer, the price is an empty line after its line.
func (f *File) endsWhole(size int64) (bool, error) {
	var last [1]byte
	for pause := time.Millisecond; pause < 50*time.Millisecond; pause *= 2 {
		if size == 0 {
			return true, nil
		}
		_, err := f.open.ReadAt(last[:], size-1)
		if err != nil && !errors.Is(err, io.EOF) { // it ends earlier if somebody emptied it
			return false, err
		}
		if err == nil && last[0] == '\n' {
			return true, nil
		}
		time.Sleep(pause)
		info, err := f.open.Stat()
		if err != nil {
			return false, err
		}
		size = info.Size()
	}
	return false, nil
}

// Close ends the log. Records that wait for the disk still get their answer.
func (f *File) Close() error {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.open == nil {
		return fmt.Errorf("audit: %w", fs.ErrClosed)
	}
	old := f.open
	f.open, f.next = nil, nil
	return old.retire()
}

func (f *File) swap() error {
	h, err := f.openPath()
	if err != nil {
		return err
	}
	old := f.open
	f.open, f.end, f.torn, f.next = h, -1, 0, nil
	return old.retire()
}

// openPath opens for reading as well, which mend needs.
func (f *File) openPath() (*handle, error) {
	flags := os.O_RDWR | os.O_APPEND | os.O_CREATE
	if f.options.NoFollow {
		flags |= syscall.O_NOFOLLOW
	}
	file, err := os.OpenFile(f.path, flags, 0o600)
	if f.options.NoFollow && errors.Is(err, syscall.ELOOP) {
		return nil, fmt.Errorf("%s is a symbolic link", f.path)
	} else if err != nil {
		return nil, err
	}
	info, err := file.Stat()
	if err == nil && !info.Mode().IsRegular() {
		err = fmt.Errorf("%s is not a regular file", f.path)
	}
	if err == nil && f.options.Sync {
		err = durable.SyncDir(filepath.Dir(f.path))
	}
	if err != nil {
		return nil, errors.Join(err, file.Close())
	}
	return &handle{File: file, info: info}, nil
}
