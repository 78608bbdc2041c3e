//go:build pam && cgo

package pamauth

import (
	"bytes"
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"countersign/session/verify"
)

// lacking skips a test for want of something on this machine, unless nothing may be
// skipped.
func lacking(t *testing.T, what string) {
	t.Helper()
	if os.Getenv("COUNTERSIGN_TEST_REQUIRE_ALL") == "1" {
		t.Fatal("needs " + what)
	}
	t.Skip("skipped: needs " + what)
}

func needTools(t *testing.T, names ...string) {
	t.Helper()
	for _, name := range names {
		if _, err := exec.LookPath(name); err != nil {
			lacking(t, name)
		}
	}
}

// needModules are Linux-PAM's own, package libpam-modules.
func needModules(t *testing.T, names ...string) {
	t.Helper()
	for _, name := range names {
		if !moduleExists(name) {
			lacking(t, "the PAM module "+name)
		}
	}
}

func needRoot(t *testing.T) {
	t.Helper()
	if os.Geteuid() != 0 {
		lacking(t, "root, to make accounts of this machine")
	}
}

// unixUser makes an account of this machine for the time of the test. Its password is
// the one given, or none.
func unixUser(t *testing.T, password string) string {
	t.Helper()
	needRoot(t)
	needTools(t, "useradd", "userdel", "usermod", "chage", "chpasswd", "passwd")
	needModules(t, "pam_unix.so")
	name := "cstest" + strings.ToLower(rand.Text()[:10])
	// The password files have one lock, which another test may hold.
	system(t, "", "useradd", "--no-create-home", "--shell", "/usr/sbin/nologin", name)
	t.Cleanup(func() { system(t, "", "userdel", "--force", name) })
	if password != "" {
		system(t, name+":"+password+"\n", "chpasswd")
	}
	return name
}

// system runs a command that changes accounts, until it gets the lock of their files.
func system(t *testing.T, stdin string, command ...string) {
	t.Helper()
	for end := time.Now().Add(patience); ; time.Sleep(50 * time.Millisecond) {
		cmd := exec.Command(command[0], command[1:]...)
		cmd.Stdin = strings.NewReader(stdin)
		out, err := cmd.CombinedOutput()
		if err == nil {
			return
		}
		if !bytes.Contains(out, []byte("lock")) || time.Now().After(end) {
			t.Fatalf("%s: %v: %s", command[0], err, out)
		}
	}
}

// scripted compiles the module of testdata and returns its path.
func scripted(t *testing.T) string {
	t.Helper()
	needTools(t, "gcc")
	path := filepath.Join(t.TempDir(), "pam_scripted.so")
	out, err := exec.Command("gcc", "-shared", "-fPIC", "-Wall", "-Wextra", "-Werror", "-o", path, "testdata/pam_scripted.c", "-lpam").CombinedOutput()
	if err != nil {
		t.Fatalf("gcc: %v: %s", err, out)
	}
	return path
}

const unixStack = "auth required pam_unix.so\naccount required pam_unix.so\n"

// pool makes a pool of workers that call PAM, and checks at the end that none is left.
func pool(t *testing.T, change func(*verify.Config)) (*verify.Pool, *syncBuffer) {
	t.Helper()
	log := new(syncBuffer)
	cfg := PoolConfig()
	cfg.Command, cfg.Logger = []string{os.Args[0], argWorker}, logTo(log)
	cfg.Env = append(cfg.Env, "GORACE=atexit_sleep_ms=0")
	if change != nil {
		change(&cfg)
	}
	p, err := verify.NewPool(cfg)
	must(t, err)
	t.Cleanup(func() {
		ctx, cancel := context.WithTimeout(context.Background(), patience)
		defer cancel()
		if err := p.Close(ctx); err != nil && !errors.Is(err, verify.ErrClosed) {
			t.Errorf("close: %v", err)
		}
		if s := p.Stats(); s.Processes != 0 {
			t.Errorf("after close: %+v", s)
		}
	})
	return p, log
}

// process is what /proc tells of one.
type process struct {
	pid, parent, threads int
	zombie               bool
	cmdline              string
}

func processes(t *testing.T) []process {
	t.Helper()
	files, err := filepath.Glob("/proc/[0-9]*/stat")
	must(t, err)
	var all []process
	for _, file := range files {
		stat, err := os.ReadFile(file)
		if err != nil {
			continue // it has ended
		}
		var p process
		if _, err := fmt.Sscan(filepath.Base(filepath.Dir(file)), &p.pid); err != nil {
			t.Fatal(err)
		}
		// proc(5): state, parent and number of threads are fields 3, 4 and 20.
		fields := strings.Fields(string(stat[bytes.LastIndexByte(stat, ')')+1:]))
		p.zombie = fields[0] == "Z"
		if _, err := fmt.Sscan(fields[1]+" "+fields[17], &p.parent, &p.threads); err != nil {
			t.Fatal(err)
		}
		if line, err := os.ReadFile(filepath.Join(filepath.Dir(file), "cmdline")); err == nil {
			p.cmdline = string(bytes.ReplaceAll(line, []byte{0}, []byte{' '}))
		}
		all = append(all, p)
	}
	return all
}

// workers are the children of this process that are in the given pool's command.
func workers(t *testing.T) (all []process) {
	t.Helper()
	for _, p := range processes(t) {
		if p.parent == os.Getpid() && (p.zombie || strings.Contains(p.cmdline, argWorker)) {
			all = append(all, p)
		}
	}
	return all
}
