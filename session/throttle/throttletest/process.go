package throttletest

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"os"
	"os/exec"
	"regexp"
	"strings"
	"testing"

	"countersign/session/throttle"
)

// childAddress tells a second process of the suite that it is one, and where the
// database is.
const childAddress = "COUNTERSIGN_THROTTLETEST_CHILD"

// childSays begins the lines of the second process that are answers: the test
// framework writes some of its own.
const childSays = "throttletest: "

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

// do gives an order and waits for the answer, a number.
func (c *child) do(order string) (n int, err error) {
	if _, err := fmt.Fprintln(c.orders, order); err != nil {
		return 0, err
	}
	for c.answers.Scan() {
		if answer, ours := strings.CutPrefix(c.answers.Text(), childSays); ours {
			if _, err := fmt.Sscan(answer, &n); err != nil {
				return 0, fmt.Errorf("%s: %s", order, answer)
			}
			return n, nil
		}
	}
	return 0, fmt.Errorf("%s: the second process ended: %w", order, c.answers.Err())
}

// serveChild is the second process: "wrong 100 alice" and "right 25 alice" make so many
// attempts at once and answer how many of them were verified.
func serveChild(t *testing.T, b Backend) {
	th := open(t, b.Open(t, os.Getenv(childAddress)), newClock())
	orders := bufio.NewScanner(os.Stdin)
	for orders.Scan() {
		n, err := obey(t.Context(), th, orders.Text())
		if err != nil {
			fmt.Println(childSays + "failed: " + strings.ReplaceAll(err.Error(), "\n", "; "))
			continue
		}
		fmt.Println(childSays, n)
	}
	must(t, orders.Err())
}

func obey(ctx context.Context, th *throttle.Throttle, order string) (int, error) {
	var verb, name string
	var n int
	if _, err := fmt.Sscan(order, &verb, &n, &name); err != nil {
		return 0, err
	}
	switch verb {
	case "wrong":
		return guess(ctx, from(name, home), n, th)
	case "right":
		return n, login(ctx, from(name, home), n, th)
	}
	return 0, fmt.Errorf("unknown order %q", order)
}

// twoProcesses: two processes on one database share the counters.
func twoProcesses(t *testing.T, s throttle.Store, c *child) {
	th := open(t, s, newClock())
	for i := range 5 {
		name := fmt.Sprint("wrong", i)
		verified := both(t, c, fmt.Sprint("wrong 100 ", name), func(ctx context.Context) (int, error) {
			return guess(ctx, from(name, home), 100, th)
		})
		if verified != freePer {
			t.Errorf("%d guesses of 200 in two processes were verified, want %d", verified, freePer)
		}
		wantBlocked(t, th, from(name, home), throttle.ScopePair)
		_, err := th.UnlockSource(t.Context(), home+"/32")
		must(t, err)
	}
	for i := range 3 {
		name := fmt.Sprint("right", i)
		both(t, c, fmt.Sprint("right 25 ", name), func(ctx context.Context) (int, error) {
			return 25, login(ctx, from(name, home), 25, th)
		})
	}
	n, err := c.do("wrong 20 later")
	must(t, err)
	wantBlocked(t, th, from("later", home), throttle.ScopePair)
	if n != freePer {
		t.Errorf("%d guesses were verified, want %d", n, freePer)
	}
	if _, err := th.Unlock(t.Context(), th.Tag("user", "later")); err != nil {
		t.Fatal(err)
	}
	if n, err = c.do("right 1 later"); n != 1 || err != nil {
		t.Errorf("unlocked here, the other process lets in %d: %v", n, err)
	}
}

// both runs an order in the second process and f here at the same time, and adds the
// answers up.
func both(t *testing.T, c *child, order string, f func(context.Context) (int, error)) int {
	t.Helper()
	var answers [2]int
	parallel(t, 2, func(ctx context.Context, i int) (err error) {
		if i == 0 {
			answers[i], err = c.do(order)
		} else {
			answers[i], err = f(ctx)
		}
		return err
	})
	return answers[0] + answers[1]
}
