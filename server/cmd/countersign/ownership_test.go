package main

import (
	"bytes"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
)

// needRoot skips a test that only root can do, unless nothing may be skipped.
func needRoot(t *testing.T, why string) {
	t.Helper()
	switch {
	case os.Geteuid() == 0:
	case os.Getenv("COUNTERSIGN_TEST_REQUIRE_ALL") == "1":
		t.Fatal("needs root: " + why)
	default:
		t.Skip("needs root: " + why)
	}
}

// TestRootLeavesFilesToTheServer: what root makes in a folder of somebody else, the
// database, what belongs to it and the audit, is theirs.
func TestRootLeavesFilesToTheServer(t *testing.T) {
	needRoot(t, "only root can give files away")
	const nobody = 65534
	dir := t.TempDir()
	if err := os.Chown(dir, nobody, nobody); err != nil {
		t.Fatal(err)
	}
	database, record := "sqlite:"+filepath.Join(dir, "c.db"), filepath.Join(dir, "audit.log")
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
}

// TestRootFollowsNoLinks: what is to be a file of the server's in a folder of the server's
// is none of root's at the end of a link. In folders of root's links are followed.
func TestRootFollowsNoLinks(t *testing.T) {
	needRoot(t, "others follow links to files of their own")
	const nobody = 65534
	for _, c := range []struct {
		owner int
		link  string // the file that is a link, to one that is not there
	}{
		{nobody, "c.db"}, {nobody, "c.db.lock"}, {nobody, "audit.log"}, {0, "audit.log"},
	} {
		dir, elsewhere := t.TempDir(), filepath.Join(t.TempDir(), "precious")
		database, record := "sqlite:"+filepath.Join(dir, "c.db"), filepath.Join(dir, "audit.log")
		if err := errors.Join(os.Chown(dir, c.owner, c.owner), os.Symlink(elsewhere, filepath.Join(dir, c.link))); err != nil {
			t.Fatal(err)
		}
		args := []string{"user", "add", "ann", "--no-password", "--database", database, "--audit", record, "--audit-required"}
		status, _, said := runProgram(t, "", args...)
		if refused := c.owner != 0; refused != (status == 1) || refused != strings.Contains(said, c.link+" is a symbolic link") {
			t.Errorf("%+v: status %d: %s", c, status, said)
		}
		if _, err := os.Stat(elsewhere); os.IsNotExist(err) != (c.owner != 0) {
			t.Errorf("%+v: at the end of the link: %v", c, err)
		}
	}
}

// TestCheckFollowsNoLinks: nor does root when it looks.
func TestCheckFollowsNoLinks(t *testing.T) {
	needRoot(t, "others follow links to files of their own")
	dir, elsewhere := t.TempDir(), filepath.Join(t.TempDir(), "precious")
	record := filepath.Join(dir, "audit.log")
	write := os.WriteFile(elsewhere, []byte("precious"), 0o600)
	if err := errors.Join(write, os.Chown(dir, 65534, 65534), os.Symlink(elsewhere, record)); err != nil {
		t.Fatal(err)
	}
	if err := writable(record); err == nil || !strings.Contains(err.Error(), "is a symbolic link") {
		t.Errorf("root followed the link: %v", err)
	}
}
