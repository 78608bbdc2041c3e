package sql_test

import (
	"bufio"
	"io"
	"os"
	"os/exec"
	"strings"
	"testing"

	"countersign/sql/sqltest"
)

func TestMain(m *testing.M) { sqltest.Main(m) }

// roleVariable tells a second process of a test which part it plays; its arguments
// are in argsVariable.
const (
	roleVariable = "COUNTERSIGN_SQL_TEST_ROLE"
	argsVariable = "COUNTERSIGN_SQL_TEST_ARGS"
)

// process is the test binary running a second time.
type process struct {
	*exec.Cmd
	out *bufio.Scanner
	in  io.WriteCloser
}

// spawn runs TestChild in another process. It is the caller's to end and wait for.
func spawn(t *testing.T, role string, args ...string) *process {
	t.Helper()
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.CommandContext(t.Context(), self, "-test.run=^TestChild$", "-test.count=1", "-test.timeout=2m")
	cmd.Env = append(os.Environ(), roleVariable+"="+role, argsVariable+"="+strings.Join(args, "\n"))
	cmd.Stderr = os.Stderr
	in, err1 := cmd.StdinPipe()
	out, err2 := cmd.StdoutPipe()
	if err1 != nil || err2 != nil {
		t.Fatal(err1, err2)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	return &process{Cmd: cmd, out: bufio.NewScanner(out), in: in}
}

// await reads the process's output up to a line.
func (p *process) await(t *testing.T, line string) {
	t.Helper()
	var said []string
	for p.out.Scan() {
		if p.out.Text() == line {
			return
		}
		said = append(said, p.out.Text())
	}
	t.Fatalf("the process ended without saying %q: %v\n%s", line, p.out.Err(), strings.Join(said, "\n"))
}

// TestChild is what the second processes run; in the first it does nothing.
func TestChild(t *testing.T) {
	args := strings.Split(os.Getenv(argsVariable), "\n")
	switch role := os.Getenv(roleVariable); role {
	case "":
	case "storm":
		storm(t, args[0], args[1], args[2])
	case "open":
		openAndClose(t, args[0], args[1])
	default:
		t.Fatalf("unknown role %q", role)
	}
}
