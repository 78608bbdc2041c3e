package sqltest

import (
	"cmp"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"os/user"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"syscall"
)

var errNotInstalled = errors.New("initdb and postgres are neither in PATH nor in /usr/lib/postgresql/*/bin; install PostgreSQL or set COUNTERSIGN_TEST_POSTGRES_URL")

// installation is where Postgres's programs are and who may run them.
type installation struct {
	initdb, postgres string
	as               *syscall.Credential // nil for ourselves
}

func install() (*installation, error) {
	in := &installation{}
	for _, dir := range append([]string{""}, versions()...) {
		initdb, err1 := exec.LookPath(filepath.Join(dir, "initdb"))
		postgres, err2 := exec.LookPath(filepath.Join(dir, "postgres"))
		if err1 == nil && err2 == nil {
			in.initdb, in.postgres = initdb, postgres
			break
		}
	}
	if in.initdb == "" {
		return nil, errNotInstalled
	}
	if os.Geteuid() != 0 {
		return in, nil
	}
	var err error
	in.as, err = unprivileged()
	return in, err
}

// versions gives Debian's program directories, the newest first.
func versions() []string {
	dirs, err := filepath.Glob("/usr/lib/postgresql/*/bin")
	if err != nil {
		return nil // cannot be: the pattern is well-formed
	}
	number := func(dir string) int {
		n, err := strconv.Atoi(filepath.Base(filepath.Dir(dir)))
		if err != nil {
			return 0 // not a version: last
		}
		return n
	}
	slices.SortFunc(dirs, func(a, b string) int { return cmp.Compare(number(b), number(a)) })
	return dirs
}

// unprivileged is who runs the cluster for root, whom initdb refuses.
func unprivileged() (*syscall.Credential, error) {
	for _, name := range []string{"postgres", "nobody"} {
		u, err := user.Lookup(name)
		if err != nil {
			continue
		}
		uid, err1 := strconv.ParseUint(u.Uid, 10, 32)
		gid, err2 := strconv.ParseUint(u.Gid, 10, 32)
		if err := errors.Join(err1, err2); err != nil {
			return nil, err
		}
		return &syscall.Credential{Uid: uint32(uid), Gid: uint32(gid)}, nil
	}
	return nil, errors.New("root cannot run Postgres, and there is neither a user postgres nor nobody")
}

// tempDir makes a directory for the cluster's user. Its path must be short: a Unix
// socket's has at most 107 bytes.
func (in *installation) tempDir() (string, error) {
	base := os.TempDir()
	if len(base) > 60 {
		base = "/tmp"
	}
	dir, err := os.MkdirTemp(base, "countersign-pg-")
	if err != nil || in.as == nil {
		return dir, err
	}
	return dir, os.Chown(dir, int(in.as.Uid), int(in.as.Gid))
}

func (in *installation) initialise(dir, password string) error {
	file := filepath.Join(dir, "password")
	if err := os.WriteFile(file, []byte(password+"\n"), 0o644); err != nil {
		return err
	}
	cmd := in.command(in.initdb, "-D", filepath.Join(dir, "data"), "-U", "postgres", "-A", "scram-sha-256",
		"--pwfile", file, "-E", "UTF8", "--locale=C", "--no-sync")
	cmd.Dir = dir
	if out, err := cmd.CombinedOutput(); err != nil {
		return fmt.Errorf("initdb: %w\n%s", err, out)
	}
	return os.Remove(file)
}

// command runs a program as the cluster's user and in a session of its own, out of
// reach of a terminal's signals to the tests.
func (in *installation) command(name string, args ...string) *exec.Cmd {
	cmd := exec.Command(name, args...)
	cmd.SysProcAttr = &syscall.SysProcAttr{Setsid: true, Credential: in.as}
	cmd.Dir = "/"
	for _, v := range os.Environ() {
		if !strings.HasPrefix(v, "PG") && !strings.HasPrefix(v, "LC_") && !strings.HasPrefix(v, "LANG") {
			cmd.Env = append(cmd.Env, v)
		}
	}
	return cmd
}
