package sessiontest

import (
	"bufio"
	"fmt"
	"io"
	"os"
	"os/exec"
	"regexp"
	"strings"
	"testing"
	"time"

	"countersign/session"
)

// childAddress tells a second process of the suite that it is one, and where the
// database is.
const childAddress = "COUNTERSIGN_SESSIONTEST_CHILD"

// childSays begins the lines of the second process that are answers: the test
// framework writes some of its own.
const childSays = "sessiontest: "

func inChild() bool { return os.Getenv(childAddress) != "" }

// child is the test binary running a second time, with orders on its standard input
// and an answer on its standard output for each.
type child struct {
	orders  io.WriteCloser
	answers *bufio.Scanner
}

// startChild runs the test called name, which calls Store, in a process of its own.
func startChild(t *testing.T, name, address string) *child {
	t.Helper()
	self, err := os.Executable()
	must(t, err)
	parts := strings.Split(name, "/")
	for i := range parts {
		parts[i] = "^" + regexp.QuoteMeta(parts[i]) + "$"
	}
	cmd := exec.CommandContext(t.Context(), self, "-test.run="+strings.Join(parts, "/"), "-test.count=1", "-test.timeout=2m")
	cmd.Env = append(os.Environ(), childAddress+"="+address)
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
		// The context of the test is over by now and may have ended the child first.
		if err := cmd.Wait(); err != nil && t.Context().Err() == nil {
			t.Errorf("the second process: %v", err)
		}
	})
	return &child{orders: orders, answers: bufio.NewScanner(answers)}
}

// do gives an order and waits for the answer.
func (c *child) do(order string) error {
	if _, err := fmt.Fprintln(c.orders, order); err != nil {
		return err
	}
	for c.answers.Scan() {
		if answer, ours := strings.CutPrefix(c.answers.Text(), childSays); ours {
			if answer != "done" {
				return fmt.Errorf("%s: %s", order, answer)
			}
			return nil
		}
	}
	return fmt.Errorf("%s: the second process ended: %w", order, c.answers.Err())
}

// serveChild is the second process: "insert 7" and "delete 7".
func serveChild(t *testing.T, b Backend) {
	s := b.Open(t, os.Getenv(childAddress))
	orders := bufio.NewScanner(os.Stdin)
	for orders.Scan() {
		answer := "done"
		if err := obey(t, s, orders.Text()); err != nil {
			answer = err.Error()
		}
		fmt.Println(childSays + answer)
	}
	must(t, orders.Err())
}

func obey(t *testing.T, s session.Store, order string) error {
	var verb string
	var n int
	if _, err := fmt.Sscan(order, &verb, &n); err != nil {
		return err
	}
	switch verb {
	case "insert":
		return s.Insert(t.Context(), records(n, n+1))
	case "delete":
		gone, err := s.Delete(t.Context(), ids(n, n+1))
		if err == nil && len(gone) != 1 {
			err = fmt.Errorf("%d were there", len(gone))
		}
		return err
	}
	return fmt.Errorf("unknown order %q", order)
}

// twoProcesses: what one process was told is done, the other sees; it hears of ends by
// signal; and both can write at once.
func twoProcesses(t *testing.T, s session.Store, c *child) {
	const n = 20
	signals := s.Watch(t.Context())
	f := follow(t, s)
	for i := range n {
		must(t, c.do(fmt.Sprint("insert ", i)))
		wantLive(t, s, record(i))
	}
	must(t, f.catchUp(t))
	must(t, f.want())

	must(t, c.do("delete 0"))
	wantDead(t, s, id(0))
	for f.ends[id(0)] == 0 {
		select {
		case <-signals:
		case <-time.After(patience):
			t.Fatal("no signal from the other process")
		}
		must(t, f.catchUp(t))
	}
	must(t, s.Touch(t.Context(), []session.Touch{{ID: id(0), Seen: epoch.Add(time.Hour)}}))
	wantDead(t, s, id(0))

	parallel(t, 2, func(i int) error {
		for k := 1 + i; k < n; k += 2 {
			if i == 0 {
				if err := c.do(fmt.Sprint("delete ", k)); err != nil {
					return err
				}
			} else if gone, err := s.Delete(t.Context(), ids(k, k+1)); err != nil || len(gone) != 1 {
				return fmt.Errorf("delete found %d: %w", len(gone), err)
			}
			if err := f.catchUpIf(t, i == 0); err != nil {
				return err
			}
		}
		return nil
	})
	must(t, f.catchUp(t))
	must(t, f.want(ids(0, n)...))
	wantDead(t, s, ids(0, n)...)
}

// catchUpIf lets one of several goroutines do the reading.
func (f *follower) catchUpIf(t testing.TB, mine bool) error {
	if !mine {
		return nil
	}
	return f.catchUp(t)
}
