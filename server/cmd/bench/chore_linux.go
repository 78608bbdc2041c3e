package main

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"sync"
	"time"

	"countersign/session/password"
)

// chore is a process that does one thing over and over between begin and end.
type chore struct {
	cmd *exec.Cmd
	in  io.WriteCloser
	out *json.Decoder
}

// tally is what a chore got done.
type tally struct {
	Done int
	Late int     // done, but after it was told to end
	Busy int     // refused because too many others waited
	Rate float64 // done, per second, from the first to the last
}

// startChore starts one by starter: startPinned for the servers' CPU, (*exec.Cmd).Start
// for the load's.
func startChore(starter func(*exec.Cmd) error, path string, args ...string) (*chore, error) {
	cmd := exec.Command(path, args...)
	cmd.Stderr = os.Stderr
	in, err := cmd.StdinPipe()
	if err != nil {
		return nil, err
	}
	out, err := cmd.StdoutPipe()
	if err != nil {
		return nil, err
	}
	if err := starter(cmd); err != nil {
		return nil, err
	}
	return &chore{cmd: cmd, in: in, out: json.NewDecoder(out)}, nil
}

func (c *chore) begin() error { return c.say("begin") }

// end tells the chore to stop and waits until nothing of it is under way.
func (c *chore) end() (t tally, err error) {
	if err := c.say("end"); err != nil {
		return t, err
	}
	if err := c.out.Decode(&t); err != nil {
		return t, fmt.Errorf("the process beside failed: %w", err)
	}
	return t, nil
}

func (c *chore) say(word string) error {
	_, err := fmt.Fprintln(c.in, word)
	return err
}

// cpu is the process's time on the CPU so far.
func (c *chore) cpu() (time.Duration, error) {
	return (&process{name: "the process beside", cmd: c.cmd}).cpu()
}

// stop ends the process, by the end of its input.
func (c *chore) stop() error { return errors.Join(c.in.Close(), c.cmd.Wait()) }

// choreMain is such a process: "logins ADDRESS CLIENTS" or "hashes HASH". It returns
// when its input ends.
func choreMain(args []string) error {
	var do func(*progress) error
	switch {
	case len(args) == 3 && args[0] == "logins":
		var clients int
		if _, err := fmt.Sscan(args[2], &clients); err != nil {
			return err
		}
		s := &storm{address: args[1], clients: clients}
		do = s.rage
	case len(args) == 2 && args[0] == "hashes":
		do = func(p *progress) error { return hashes(p, args[1]) }
	default:
		return fmt.Errorf("chore of %d arguments", len(args))
	}
	out := json.NewEncoder(os.Stdout)
	for words := bufio.NewScanner(os.Stdin); words.Scan(); {
		ctx, end := context.WithCancel(context.Background())
		p := &progress{ctx: ctx}
		ended := make(chan error, 1)
		go func() { ended <- do(p) }()
		words.Scan() // "end", or the end of the input
		end()
		if err := <-ended; err != nil {
			return err
		}
		if err := out.Encode(p.tally()); err != nil {
			return err
		}
	}
	return nil
}

// progress counts what is done until it is to end. What is under way then is late and
// no part of the rate: less than usual goes on beside it.
type progress struct {
	ctx context.Context // the time between begin and end

	mu               sync.Mutex
	done, late, busy int
	first, last      time.Time
}

func (p *progress) count(done bool) {
	p.mu.Lock()
	defer p.mu.Unlock()
	switch {
	case !done:
		p.busy++
	case p.ctx.Err() != nil:
		p.late++
	default:
		p.done++
		p.last = time.Now()
		if p.done == 1 {
			p.first = p.last
		}
	}
}

func (p *progress) tally() tally {
	t := tally{Done: p.done, Late: p.late, Busy: p.busy}
	if d := p.last.Sub(p.first); d > 0 {
		t.Rate = float64(p.done-1) / d.Seconds()
	}
	return t
}

// storm logs in with right passwords: clients at one time, each with accounts of its
// own, which take turns so that none comes to the most sessions that it may have.
type storm struct {
	address string
	clients int
	turn    int
}

// stormAccounts are each client's.
const stormAccounts = 16

func stormName(client, n int) string { return fmt.Sprintf("storm-%d-%d", client, n%stormAccounts) }

func (s *storm) rage(p *progress) error {
	faults := make([]error, s.clients)
	var all sync.WaitGroup
	turn := s.turn
	s.turn++
	for i := range s.clients {
		all.Go(func() {
			client, err := dialLogin(context.Background(), s.address, sourceAddress(i))
			if err != nil {
				faults[i] = err
				return
			}
			defer client.close()
			for n := turn; p.ctx.Err() == nil; n++ {
				r, err := client.login(stormName(i, n), rightPassword)
				if err == nil && !r.granted() && !r.busy() {
					err = errors.New("login of " + stormName(i, n) + ": " + r.text)
				}
				if err != nil {
					faults[i] = err
					return
				}
				p.count(r.granted())
			}
		})
	}
	all.Wait()
	return errors.Join(faults...)
}

// hashes verifies the right password: all that a login must cost.
func hashes(p *progress, encoded string) error {
	for p.ctx.Err() == nil {
		if ok, err := password.Verify(encoded, []byte(rightPassword)); err != nil || !ok {
			return errors.Join(errors.New("the right password does not fit its hash"), err)
		}
		p.count(true)
	}
	return nil
}
