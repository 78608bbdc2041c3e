package main

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
)

// TestRootLeavesFilesToTheServer: what root makes in a folder of somebody else, the
// database, what belongs to it and the audit, is theirs.
func TestRootLeavesFilesToTheServer(t *testing.T) {
	if os.Geteuid() != 0 {
		t.Skip("only root can give files away")
	}
	const nobody = 65534
	dir := t.TempDir()
	if err := os.Chown(dir, nobody, nobody); err != nil {
		t.Fatal(err)
	}
	database, record := "sqlite:"+filepath.Join(dir, "c.db"), filepath.Join(dir, "audit.log")
	elsewhere := filepath.Join(t.TempDir(), "link")
	for _, args := range [][]string{
		{"user", "add", "ann", "--no-password", "--database", database, "--audit", record},
		{"check", "--listen", "127.0.0.1:0", "--database", database},
	} {
		var said bytes.Buffer
		if status := run(t.Context(), args, stdio{in: strings.NewReader(""), out: &said, err: &said}); status != 0 {
			t.Fatalf("%v: status %d: %s", args, status, said.String())
		}
		files, err := os.ReadDir(dir)
		if err != nil || len(files) < 3 {
			t.Fatalf("%v, %v", files, err)
		}
		for _, f := range files {
			info, err := f.Info()
			if err != nil {
				t.Fatal(err)
			}
			if owner := info.Sys().(*syscall.Stat_t); owner.Uid != nobody || owner.Gid != nobody || info.Mode().Perm() != 0o600 {
				t.Errorf("after %s: %s belongs to %d:%d, mode %v", args[0], f.Name(), owner.Uid, owner.Gid, info.Mode())
			}
		}
		if err := os.Remove(filepath.Join(dir, "c.db.lock")); err != nil {
			t.Fatal(err)
		}
	}
	// A link that somebody laid there leads to no file of theirs.
	if err := os.Symlink(elsewhere, filepath.Join(dir, "trap")); err != nil {
		t.Fatal(err)
	}
	if err := leaveToOwner(filepath.Join(dir, "trap")); err != nil {
		t.Error(err)
	}
	if _, err := os.Stat(elsewhere); !os.IsNotExist(err) {
		t.Errorf("the link was followed: %v", err)
	}
}
