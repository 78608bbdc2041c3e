package main

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"syscall"

	"countersign/session/audit"
)

// leaveToOwner makes the files that are not there yet, empty, for whoever the folder
// belongs to: what an administrator makes as root the server, which is not root, must be
// able to open. It refuses those that are symbolic links: root would write where the
// server's user sends it. For others than root, and in root's own folders, it does nothing.
func leaveToOwner(paths ...string) error {
	var faults []error
	for _, path := range paths {
		if path != "" {
			faults = append(faults, makeFor(path))
		}
	}
	return errors.Join(faults...)
}

// filesOf are the files that a command makes for a database, nothing for Postgres. SQLite
// gives its own companions the owner of the database, and follows no links to them.
func filesOf(database string) []string {
	path := sqlitePath(database)
	if path == "" {
		return nil
	}
	return []string{path, path + ".lock"}
}

// otherOwner is who the folder of the path belongs to, where this is root and they are
// not; nil otherwise.
func otherOwner(path string) (*syscall.Stat_t, error) {
	if os.Geteuid() != 0 {
		return nil, nil
	}
	folder, err := os.Stat(filepath.Dir(path))
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil // a folder that root makes is root's
	} else if err != nil {
		return nil, err
	}
	owner, ok := folder.Sys().(*syscall.Stat_t)
	if !ok || owner.Uid == 0 {
		return nil, nil
	}
	return owner, nil
}

// makeFor makes one of the files. O_EXCL follows no link, and the owner is that of the
// open file: in a folder of somebody else nothing but the new file is given away.
func makeFor(path string) error {
	owner, err := otherOwner(path)
	if owner == nil {
		return err
	}
	f, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if errors.Is(err, fs.ErrExist) {
		return refuseLink(path)
	} else if err != nil {
		return err
	}
	return errors.Join(f.Chown(int(owner.Uid), int(owner.Gid)), f.Close())
}

func refuseLink(path string) error {
	info, err := os.Lstat(path)
	if err == nil && info.Mode()&fs.ModeSymlink != 0 {
		err = fmt.Errorf("%s is a symbolic link, which root does not follow in a folder of somebody else", path)
	}
	return err
}

// openAuditFile opens the file of the audit, and no link where root is not to follow one.
func openAuditFile(path string, o audit.FileOptions) (*audit.File, error) {
	owner, err := otherOwner(path)
	if err != nil {
		return nil, err
	}
	o.NoFollow = owner != nil
	return audit.OpenFile(path, o)
}
