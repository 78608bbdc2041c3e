package audit_test

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"net/netip"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"countersign/session/audit"
)

// childVar makes the test binary one of the children below instead of running tests.
const childVar = "COUNTERSIGN_AUDIT_TEST_CHILD"

func TestMain(m *testing.M) {
	switch os.Getenv(childVar) {
	case "":
		os.Exit(m.Run())
	case "append":
		exit(childAppend(os.Args[1], os.Args[2], os.Args[3]))
	case "full":
		exit(childFull(os.Args[1]))
	}
	exit(errors.New("no such child"))
}

func exit(err error) {
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	os.Exit(0)
}

// childAppend records a number of events into the file, as one of several processes.
func childAppend(path, node, count string) error {
	n, err := strconv.Atoi(count)
	if err != nil {
		return err
	}
	log, err := audit.OpenFile(path, audit.FileOptions{Options: audit.Options{Node: node}})
	if err != nil {
		return err
	}
	for i := range n {
		if err := log.Record(numbered(i)); err != nil {
			return err
		}
	}
	return log.Close()
}

// fullReport is what childFull has seen.
type fullReport struct {
	Strict   int      // events that were recorded before the disk was full
	Err      string   // what Record said then
	Again    string   // what Record said after room was made
	Tolerant int      // errors of the tolerant log, which must be none
	Reports  []string // lines of the server's log
}

// childFull fills the disk: no file may grow beyond a limit that ends within a line.
func childFull(path string) error {
	signal.Ignore(syscall.SIGXFSZ)
	var limit syscall.Rlimit
	if err := syscall.Getrlimit(syscall.RLIMIT_FSIZE, &limit); err != nil {
		return err
	}
	setRoom := func(bytes uint64) error {
		return syscall.Setrlimit(syscall.RLIMIT_FSIZE, &syscall.Rlimit{Cur: bytes, Max: limit.Max})
	}
	log, err := audit.OpenFile(path, audit.FileOptions{})
	if err != nil {
		return err
	}
	if err := setRoom(4000); err != nil {
		return err
	}
	var r fullReport
	for err = log.Record(numbered(0)); err == nil; err = log.Record(numbered(r.Strict)) {
		r.Strict++
	}
	r.Err = err.Error()
	var server bytes.Buffer
	tolerant := audit.NewTolerant(log, slog.New(slog.NewJSONHandler(&server, nil)))
	for range 100 {
		if tolerant.Record(numbered(0)) != nil {
			r.Tolerant++
		}
	}
	if err := setRoom(limit.Max); err != nil {
		return err
	}
	if err := tolerant.Record(numbered(1000)); err != nil {
		r.Tolerant++
	}
	if err := log.Record(numbered(1001)); err != nil {
		r.Again = err.Error()
	}
	r.Reports = strings.Split(strings.TrimSpace(server.String()), "\n")
	return json.NewEncoder(os.Stdout).Encode(r)
}

func child(t *testing.T, what string, args ...string) *exec.Cmd {
	t.Helper()
	self, err := os.Executable()
	must(t, err)
	cmd := exec.CommandContext(t.Context(), self, args...)
	cmd.Env = append(os.Environ(), childVar+"="+what)
	cmd.Stderr = os.Stderr
	return cmd
}

var noon = time.Date(2001, 8, 14, 9, 30, 0, 0, time.UTC)

func atNoon() time.Time { return noon }

// numbered is an event that can be told from others, of a length that varies and goes
// beyond a page now and then.
func numbered(i int) audit.Event {
	return audit.Event{
		Type: audit.Permission, Outcome: audit.Refused, Peer: netip.MustParseAddr("192.0.2.7"),
		User: audit.Known("ann"), Method: strings.Repeat("\u202e", i%250), Permission: "addressbook", Count: int64(i) + 1,
	}
}

// parsed is what the tests look at in a line.
type parsed struct {
	Node  string `json:"node"`
	Count int    `json:"count"`
}

// parse reads lines, each of which has to be JSON or empty: a process may take the line
// that another one is writing for a torn one, and end it.
func parse(t *testing.T, path string) []parsed {
	t.Helper()
	var all []parsed
	for _, text := range readLines(t, path) {
		if text == "" {
			continue
		}
		var p parsed
		if err := json.Unmarshal([]byte(text), &p); err != nil {
			t.Fatalf("%s: %v in %q", filepath.Base(path), err, text)
		}
		all = append(all, p)
	}
	return all
}

// readLines gives the lines of a file, all of which must be ended.
func readLines(t *testing.T, path string) []string {
	t.Helper()
	content, err := os.ReadFile(path)
	must(t, err)
	if len(content) > 0 && content[len(content)-1] != '\n' {
		t.Errorf("%s ends within a line", path)
	}
	var all []string
	for s := bufio.NewScanner(bytes.NewReader(content)); s.Scan(); {
		all = append(all, s.Text())
	}
	return all
}

func open(t testing.TB, path string, o audit.FileOptions) *audit.File {
	t.Helper()
	log, err := audit.OpenFile(path, o)
	must(t, err)
	return log
}

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}
