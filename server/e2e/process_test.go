package e2e

import (
	"bufio"
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"countersign/sql/sqltest"
)

func TestMain(m *testing.M) { sqltest.Main(m) }

// binary is the program, built once for all tests.
var binary = sync.OnceValues(func() (string, error) {
	dir, err := os.MkdirTemp("", "countersign-e2e-")
	if err != nil {
		return "", err
	}
	path := filepath.Join(dir, "countersign")
	out, err := exec.Command("go", "build", "-tags", buildTags, "-o", path, "countersign/server/cmd/countersign").CombinedOutput()
	if err != nil {
		return "", fmt.Errorf("go build: %w\n%s", err, out)
	}
	return path, nil
})

// process is a running server.
type process struct {
	cmd     *exec.Cmd
	address string
	mu      sync.Mutex
	log     bytes.Buffer
	done    chan struct{}
}

// start runs `countersign ARGS` and waits until it says where it serves.
func start(t *testing.T, args ...string) *process {
	t.Helper()
	path, err := binary()
	must(t, err)
	p := &process{cmd: exec.Command(path, args...), done: make(chan struct{})}
	p.cmd.Env = append(os.Environ(), "HOME="+t.TempDir(), "XDG_STATE_HOME="+t.TempDir(), "TMPDIR="+t.TempDir())
	p.cmd.Stdout = io.Discard
	stderr, err := p.cmd.StderrPipe()
	must(t, err)
	must(t, p.cmd.Start())
	address := make(chan string, 1)
	go func() {
		defer close(p.done)
		for lines := bufio.NewScanner(stderr); lines.Scan(); {
			p.mu.Lock()
			p.log.Write(append(lines.Bytes(), '\n'))
			p.mu.Unlock()
			var event struct{ Msg, Address string }
			if json.Unmarshal(lines.Bytes(), &event) == nil && event.Msg == "serving" {
				address <- event.Address
			}
		}
	}()
	t.Cleanup(p.kill)
	select {
	case p.address = <-address:
	case <-p.done:
		t.Fatalf("the server ended:\n%s", p.logged())
	case <-time.After(30 * time.Second):
		t.Fatalf("the server does not serve:\n%s", p.logged())
	}
	return p
}

// kill is kill -9. It may be called more than once.
func (p *process) kill() {
	_ = p.cmd.Process.Kill() // it may have ended already
	<-p.done
	_ = p.cmd.Wait() // "signal: killed" is what was wanted
}

func (p *process) logged() string {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.log.String()
}

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// lacking skips a test that needs something the machine does not have; with
// COUNTERSIGN_TEST_REQUIRE_ALL it fails instead.
func lacking(t *testing.T, what string) {
	t.Helper()
	if os.Getenv("COUNTERSIGN_TEST_REQUIRE_ALL") != "" {
		t.Fatalf("%s is missing, and COUNTERSIGN_TEST_REQUIRE_ALL is set", what)
	}
	t.Skipf("%s is missing: ./scripts/test installs it", what)
}

func have(programs ...string) bool {
	for _, p := range programs {
		if _, err := exec.LookPath(p); err != nil {
			return false
		}
	}
	return true
}

// tail gives the last lines of a text.
func tail(text string, n int) string {
	lines := strings.Split(strings.TrimSpace(text), "\n")
	return strings.Join(lines[max(0, len(lines)-n):], "\n")
}
