package e2e

import (
	"bufio"
	"context"
	"errors"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"
)

// runScript is scripts/run with an empty state folder. The caches of Go stay where they are.
func runScript(t *testing.T, args ...string) *exec.Cmd {
	t.Helper()
	if !have("bash", "awk") {
		lacking(t, "bash or awk")
	}
	ctx, cancel := context.WithTimeout(t.Context(), 2*time.Minute) // it builds the program
	t.Cleanup(cancel)
	cmd := exec.CommandContext(ctx, filepath.Join("..", "..", "scripts", "run"), args...)
	cmd.Env = append(os.Environ(), "XDG_STATE_HOME="+t.TempDir())
	return cmd
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

// TestRunTellsItsAddress: the address is that of the process, not that of the arguments.
func TestRunTellsItsAddress(t *testing.T) {
	cmd := runScript(t, "--listen", "127.0.0.1:0", "--linger", "0s")
	out, err := cmd.StdoutPipe()
	must(t, err)
	must(t, cmd.Start())
	var said []string
	for lines := bufio.NewScanner(out); lines.Scan(); {
		said = append(said, lines.Text())
		if strings.Contains(lines.Text(), "Ctrl-C ends") {
			must(t, cmd.Process.Signal(syscall.SIGTERM))
		}
	}
	must(t, cmd.Wait())
	text := strings.Join(said, "\n")
	if _, rest, ok := strings.Cut(text, "Countersign answers at http://127.0.0.1:"); !ok || strings.HasPrefix(rest, "0/") {
		t.Errorf("no address in:\n%s", text)
	}
	if !strings.Contains(text, "export COUNTERSIGN_PASSWORD='") || !strings.Contains(text, "\n  export PATH=") {
		t.Errorf("no password or no way to the program in:\n%s", text)
	}
}
