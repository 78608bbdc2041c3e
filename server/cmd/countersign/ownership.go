package main

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"syscall"
)

// leaveToOwner makes the files that are not there yet, empty, for whoever the folder
// belongs to: what an administrator makes as root the server, which is not root, must be
// able to open. For others than root, and in root's own folders, it does nothing.
func leaveToOwner(paths ...string) error {
	if os.Geteuid() != 0 {
		return nil
	}
	var faults []error
	for _, path := range paths {
		if path != "" {
			faults = append(faults, makeFor(path))
		}
	}
	return errors.Join(faults...)
}

// filesOf are the files that a command makes for a database, nothing for Postgres. SQLite
// gives its own companions the owner of the database.
func filesOf(database string) []string {
	path := sqlitePath(database)
	if path == "" {
		return nil
	}
	return []string{path, path + ".lock"}
}

// makeFor makes one of the files. O_EXCL follows no link, and the owner is that of the
// open file: in a folder of somebody else nothing but the new file is given away.
func makeFor(path string) error {
	folder, err := os.Stat(filepath.Dir(path))
	if errors.Is(err, fs.ErrNotExist) {
		return nil // a folder that root makes is root's
	} else if err != nil {
		return err
	}
	owner, ok := folder.Sys().(*syscall.Stat_t)
	if !ok || owner.Uid == 0 {
		return nil
	}
	f, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if errors.Is(err, fs.ErrExist) {
		return nil
	} else if err != nil {
		return err
	}
	return errors.Join(f.Chown(int(owner.Uid), int(owner.Gid)), f.Close())
}
