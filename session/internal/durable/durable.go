// Package durable makes the names of files outlast a crash of the machine.
package durable

import (
	"errors"
	"os"
)

// SyncDir takes a folder to the disk: the names of files that were made, linked or
// renamed in it, not their content.
func SyncDir(path string) error {
	d, err := os.Open(path)
	if err != nil {
		return err
	}
	return errors.Join(d.Sync(), d.Close())
}
