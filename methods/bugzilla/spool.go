package bugzilla

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
)

// Spool is a Mailer that leaves letters in a folder, from where another program sends
// them. The folder is a maildir: a letter is written in "tmp", synced, and appears whole
// in "new". A file is one letter and is its owner's only.
type Spool struct{ dir string }

// NewSpool makes the folder if it is not there.
func NewSpool(dir string) (*Spool, error) {
	for _, sub := range []string{"tmp", "new", "cur"} {
		if err := os.MkdirAll(filepath.Join(dir, sub), 0o700); err != nil {
			return nil, fmt.Errorf("the folder for mail: %w", err)
		}
	}
	return &Spool{dir}, nil
}

// Send implements Mailer.
func (s *Spool) Send(_ context.Context, l *Letter) error {
	name := fmt.Sprintf("%d.%s.countersign", l.Date.Unix(), l.ID)
	temporary, final := filepath.Join(s.dir, "tmp", name), filepath.Join(s.dir, "new", name)
	err := writeNew(temporary, l.Bytes())
	if err == nil {
		err = os.Rename(temporary, final)
	}
	if err == nil {
		err = syncDir(filepath.Join(s.dir, "new"))
	}
	if err == nil {
		return nil
	}
	// Nothing may be left of it: the caller takes it for not sent.
	for _, path := range []string{temporary, final} {
		if gone := os.Remove(path); gone != nil && !errors.Is(gone, os.ErrNotExist) {
			err = errors.Join(err, gone)
		}
	}
	return fmt.Errorf("a letter could not be spooled: %w", err)
}

// writeNew writes a file that must not exist, down to the disk.
func writeNew(path string, content []byte) error {
	f, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		return err
	}
	_, err = f.Write(content)
	return errors.Join(err, f.Sync(), f.Close())
}

// syncDir makes a rename survive a crash of the machine.
func syncDir(dir string) error {
	d, err := os.Open(dir)
	if err != nil {
		return err
	}
	return errors.Join(d.Sync(), d.Close())
}
