// Package twin lets a suite of tests run in two processes: the test binary starts
// itself a second time, for one test, and gives it orders.
//
// It must never know what the orders mean.
package twin

import (
	"bufio"
	"fmt"
	"io"
	"os"
	"os/exec"
	"regexp"
	"strings"
	"testing"
)

// variable tells a second process that it is one, and where the database is.
const variable = "COUNTERSIGN_SECOND_PROCESS"

// The lines of the second process that are answers begin with one of these: the test
// framework writes some of its own.
const (
	done   = "second process: done "
	failed = "second process: failed "
)

// Address is what Start was given, in the second process; false in the first.
func Address() (string, bool) { return os.LookupEnv(variable) }

// Serve is the second process: it obeys until there are no more orders.
func Serve(t *testing.T, obey func(order string) (answer string, err error)) {
	t.Helper()
	orders := bufio.NewScanner(os.Stdin)
	for orders.Scan() {
		answer, err := obey(orders.Text())
		line := done + answer
		if err != nil {
			line = failed + err.Error()
		}
		fmt.Println(strings.ReplaceAll(line, "\n", "; "))
	}
	if err := orders.Err(); err != nil {
		t.Fatal(err)
	}
}

// Process is the second process, with orders on its standard input and an answer on its
// standard output for each.
type Process struct {
	orders  io.WriteCloser
	answers *bufio.Scanner
}

// Start runs the test called name, which asks for Address, in a process of its own until
// the end of this test.
func Start(t *testing.T, name, address string) *Process {
	t.Helper()
	self, err := os.Executable()
	must(t, err)
	parts := strings.Split(name, "/")
	for i := range parts {
		parts[i] = "^" + regexp.QuoteMeta(parts[i]) + "$"
	}
	cmd := exec.CommandContext(t.Context(), self, "-test.run="+strings.Join(parts, "/"), "-test.count=1", "-test.timeout=2m")
	cmd.Env = append(os.Environ(), variable+"="+address)
	cmd.Stderr = os.Stderr
	orders, err := cmd.StdinPipe()
	must(t, err)
	answers, err := cmd.StdoutPipe()
	must(t, err)
	must(t, cmd.Start())
	t.Cleanup(func() {
		if err := orders.Close(); err != nil {
			t.Error(err)
		}
		// The context of the test is over by now and may have ended the process first.
		if err := cmd.Wait(); err != nil && t.Context().Err() == nil {
			t.Errorf("the second process: %v", err)
		}
	})
	return &Process{orders: orders, answers: bufio.NewScanner(answers)}
}

// Do gives an order of one line and waits for the answer.
func (p *Process) Do(order string) (answer string, err error) {
	if _, err := fmt.Fprintln(p.orders, order); err != nil {
		return "", err
	}
	for p.answers.Scan() {
		line := p.answers.Text()
		if answer, ok := strings.CutPrefix(line, done); ok {
			return answer, nil
		}
		if why, ok := strings.CutPrefix(line, failed); ok {
			return "", fmt.Errorf("%s: %s", order, why)
		}
	}
	return "", fmt.Errorf("%s: the second process ended: %w", order, p.answers.Err())
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}
