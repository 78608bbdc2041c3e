package e2e

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"
)

// runScript is scripts/run in a tree of its own, with an empty state folder and without
// the settings of whoever runs the tests. The caches of Go stay where they are.
func runScript(t *testing.T, args ...string) *exec.Cmd {
	t.Helper()
	if !have("bash", "awk") {
		lacking(t, "bash or awk")
	}
	tree := linkedTree(t)
	script := func(ctx context.Context, args ...string) *exec.Cmd {
		cmd := exec.CommandContext(ctx, filepath.Join(tree, "scripts", "run"), args...)
		cmd.Env = slices.DeleteFunc(os.Environ(), func(v string) bool { return strings.HasPrefix(v, "COUNTERSIGN_") })
		cmd.Env = append(cmd.Env, "STATE_DIRECTORY=", "XDG_STATE_HOME="+filepath.Join(tree, "state"))
		return cmd
	}
	// It builds the program, which on a cold machine takes minutes.
	if out, err := script(t.Context(), "version").CombinedOutput(); err != nil {
		t.Fatalf("%v:\n%s", err, out)
	}
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	t.Cleanup(cancel)
	return script(ctx, args...)
}

// linkedTree is a folder with links to what is in the tree, but to no hidden files: what
// the scripts build stays in it.
func linkedTree(t *testing.T) string {
	t.Helper()
	top, err := filepath.Abs(filepath.Join("..", ".."))
	must(t, err)
	entries, err := os.ReadDir(top)
	must(t, err)
	tree := t.TempDir()
	for _, e := range entries {
		if !strings.HasPrefix(e.Name(), ".") {
			must(t, os.Symlink(filepath.Join(top, e.Name()), filepath.Join(tree, e.Name())))
		}
	}
	return tree
}

// TestRunOnATakenAddress: another server answers at the address, even /readyz. The
// script must not say that Countersign does.
func TestRunOnATakenAddress(t *testing.T) {
	other := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) {}))
	defer other.Close()
	out, err := runScript(t, "--listen", strings.TrimPrefix(other.URL, "http://")).CombinedOutput()
	if exit, ok := errors.AsType[*exec.ExitError](err); !ok || exit.ExitCode() != 1 {
		t.Errorf("%v, want exit status 1", err)
	}
	if text := string(out); !strings.Contains(text, "address already in use") || strings.Contains(text, "answers at") {
		t.Errorf("it said:\n%s", text)
	}
}

// untilTold runs the command, ends it when it has told everything and gives what it told.
func untilTold(t *testing.T, cmd *exec.Cmd) string {
	t.Helper()
	out, err := cmd.StdoutPipe()
	must(t, err)
	must(t, cmd.Start())
	var said strings.Builder
	for lines := bufio.NewScanner(out); lines.Scan(); {
		fmt.Fprintln(&said, lines.Text())
		if strings.Contains(lines.Text(), "Ctrl-C ends") {
			must(t, cmd.Process.Signal(syscall.SIGTERM))
		}
	}
	if err := cmd.Wait(); err != nil {
		t.Errorf("%v, after it said:\n%s", err, &said)
	}
	return said.String()
}

// TestRunTellsItsAddress: the address is that of the process, not that of the arguments.
func TestRunTellsItsAddress(t *testing.T) {
	text := untilTold(t, runScript(t, "--listen", "127.0.0.1:0", "--linger", "0s"))
	if _, rest, ok := strings.Cut(text, "Countersign answers at http://127.0.0.1:"); !ok || strings.HasPrefix(rest, "0/") {
		t.Errorf("no address in:\n%s", text)
	}
	if !strings.Contains(text, "export COUNTERSIGN_PASSWORD='") || !strings.Contains(text, "\n  export PATH=") {
		t.Errorf("no password or no way to the program in:\n%s", text)
	}
}

// TestRunTellsItsSocket: a socket without a folder is in the script's; the lines to paste
// work from anywhere.
func TestRunTellsItsSocket(t *testing.T) {
	for _, name := range []string{"c.sock", "a b"} {
		cmd := runScript(t, "--listen", "unix:"+name, "--linger", "0s")
		path := filepath.Join(filepath.Dir(filepath.Dir(cmd.Path)), name)
		text := untilTold(t, cmd)
		if !strings.Contains(text, "Countersign answers at "+path+".") {
			t.Errorf("no address in:\n%s", text)
		}
		if quoted := strings.ReplaceAll(path, " ", `\ `); !strings.Contains(text, "curl -s --unix-socket "+quoted+" ") {
			t.Errorf("no line to paste in:\n%s", text)
		}
	}
}

// TestRunOutlivesItsFaults: whatever the search for the address meets, and whoever signals
// the whole group of processes, what the server says arrives. Here the list of sockets
// makes no sense, and the server waits for the search before it signals and says the rest.
func TestRunOutlivesItsFaults(t *testing.T) {
	cmd := runScript(t)
	bin := t.TempDir()
	searched := filepath.Join(bin, "searched")
	for name, text := range map[string]string{
		"go": `cp "$(dirname "$0")/server" "$4"`, // go build -trimpath -o FILE …
		"server": "trap '' HUP INT TERM; echo one; until [ -e " + searched + " ]; do sleep 0.05; done; " +
			"kill -HUP 0; kill -INT 0; kill -TERM 0; echo two",
		"readlink": "echo 'socket:[1]'",
		"awk":      "echo 1 port nonsense.; : >" + searched,
	} {
		must(t, os.WriteFile(filepath.Join(bin, name), []byte("#!/bin/sh\n"+text+"\n"), 0o755))
	}
	cmd.Env = append(cmd.Env, "PATH="+bin+":"+os.Getenv("PATH"))
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	if out, err := cmd.Output(); err != nil || string(out) != "one\ntwo\n" {
		t.Errorf("%v, it said:\n%s", err, out)
	}
}
