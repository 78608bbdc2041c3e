package main

import (
	"bufio"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strconv"
	"strings"
	"syscall"
	"time"
)

// process is a server under measurement.
type process struct {
	name    string
	cmd     *exec.Cmd
	address string
	perf    *counters // nil where the machine has none
}

// start runs a server on its CPU and waits until it says in its log where it listens.
func start(name, path string, args ...string) (*process, error) {
	cmd := exec.Command(path, args...)
	cmd.Env = append(os.Environ(), "GOMAXPROCS=1", "COUNTERSIGN_CONFIG=")
	log, err := cmd.StderrPipe()
	if err != nil {
		return nil, err
	}
	if err := startPinned(cmd); err != nil {
		return nil, err
	}
	p := &process{name: name, cmd: cmd}
	found := make(chan string, 1)
	go relay(log, found)
	select {
	case p.address = <-found:
	case <-time.After(20 * time.Second):
	}
	if p.address == "" {
		return nil, errors.Join(fmt.Errorf("%s did not come up", name), p.stop())
	}
	if p.perf, err = countInstructions(cmd.Process.Pid); err != nil && !errors.Is(err, errNoCounters) {
		return nil, errors.Join(err, p.stop())
	}
	return p, nil
}

// startPinned starts cmd from a thread that is bound to the servers' CPU for the
// moment, since a child inherits that.
func startPinned(cmd *exec.Cmd) error {
	if cpus() < 2 {
		return cmd.Start()
	}
	runtime.LockOSThread()
	defer runtime.UnlockOSThread()
	if err := pin(serverCPU); err != nil {
		return err
	}
	err := cmd.Start()
	return errors.Join(err, pin(loadCPU))
}

// relay finds the address in a server's log and passes on what it warns of.
func relay(log io.Reader, found chan<- string) {
	lines := bufio.NewScanner(log)
	for lines.Scan() {
		var line struct{ Level, Msg, Address string }
		if err := json.Unmarshal(lines.Bytes(), &line); err != nil || line.Level == "WARN" || line.Level == "ERROR" {
			fmt.Fprintln(os.Stderr, lines.Text())
		}
		if line.Msg == "serving" {
			found <- line.Address
		}
	}
	close(found)
}

// stop ends the server.
func (p *process) stop() error {
	if p.perf != nil {
		p.perf.close()
	}
	if err := p.cmd.Process.Signal(syscall.SIGTERM); err != nil && !errors.Is(err, os.ErrProcessDone) {
		return err
	}
	kill := time.AfterFunc(10*time.Second, func() { _ = p.cmd.Process.Kill() }) // its end is awaited below
	defer kill.Stop()
	var exit *exec.ExitError
	if err := p.cmd.Wait(); err != nil && !errors.As(err, &exit) {
		return err
	}
	return nil
}

// cpu is the time on the CPU that the process has had, kernel work included, summed
// over its threads.
func (p *process) cpu() (time.Duration, error) {
	files, err := filepath.Glob(fmt.Sprintf("/proc/%d/task/*/schedstat", p.cmd.Process.Pid))
	if err != nil {
		return 0, err
	}
	var total time.Duration
	for _, f := range files {
		text, err := os.ReadFile(f)
		if err != nil {
			return 0, fmt.Errorf("a thread of %s ended: %w", p.name, err)
		}
		first, _, _ := strings.Cut(string(text), " ")
		n, err := strconv.ParseInt(first, 10, 64)
		if err != nil {
			return 0, err
		}
		total += time.Duration(n)
	}
	return total, nil
}

// memory is the process's own resident memory in bytes, files not counted.
func (p *process) memory() (int64, error) {
	text, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", p.cmd.Process.Pid))
	if err != nil {
		return 0, err
	}
	_, rest, ok := strings.Cut(string(text), "RssAnon:")
	fields := strings.Fields(rest)
	if !ok || len(fields) == 0 {
		return 0, errors.New("/proc/PID/status has no RssAnon")
	}
	kib, err := strconv.ParseInt(fields[0], 10, 64)
	return kib << 10, err
}
