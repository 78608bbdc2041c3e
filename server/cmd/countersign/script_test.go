package main

import (
	"encoding/json"
	"errors"
	"maps"
	"net/url"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/rogpeppe/go-internal/testscript"

	"countersign/sql/sqltest"
)

// TestScript runs the program as people and scripts do. Besides the commands of
// testscript there are those of scriptCommands; cert.pem and key.pem are there for
// 127.0.0.1.
func TestScript(t *testing.T) {
	testscript.Run(t, scriptParams(t, "testdata/script"))
}

// TestDatabaseScript runs the scripts that concern a database on either engine. They have
// "rename FROM TO" too, which gives a user another name as earlier versions did.
func TestDatabaseScript(t *testing.T) {
	scripts, err := filepath.Glob("testdata/database/*.txtar")
	if err != nil || len(scripts) == 0 {
		t.Fatal("no scripts", err)
	}
	eachEngine(t, func(t *testing.T, fresh func(testing.TB) string) {
		for _, script := range scripts {
			t.Run(filepath.Base(script), func(t *testing.T) {
				database := withPassword(t, fresh(t))
				p := scriptParams(t, "")
				p.Files = []string{script}
				p.Cmds = maps.Clone(p.Cmds)
				p.Cmds["rename"] = func(_ *testscript.TestScript, _ bool, args []string) {
					sqltest.Rename(t, database, args[0], args[1])
				}
				setup := p.Setup
				p.Setup = func(e *testscript.Env) error {
					e.Setenv("COUNTERSIGN_DATABASE", database)
					return setup(e)
				}
				testscript.Run(t, p)
			})
		}
	})
}

// withPassword puts a password into the URL of a Postgres that asks for none, for
// scripts to look for in the log.
func withPassword(t *testing.T, database string) string {
	u, err := url.Parse(database)
	if err != nil {
		t.Fatal(err)
	}
	if _, given := u.User.Password(); u.Scheme == "sqlite" || given {
		return database
	}
	u.User = url.UserPassword(u.User.Username(), "not-for-the-log")
	return u.String()
}

// eachEngine runs f for either engine. The program as a whole wants a Postgres that
// syncs.
func eachEngine(t *testing.T, f func(t *testing.T, fresh func(testing.TB) string)) {
	t.Run("sqlite", func(t *testing.T) { f(t, sqltest.SQLiteURL) })
	t.Run("postgres", func(t *testing.T) { f(t, sqltest.DurablePostgresURL) })
}

func scriptParams(t *testing.T, dir string) testscript.Params {
	bin := t.TempDir()
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	if err := os.Symlink(self, filepath.Join(bin, "countersign")); err != nil {
		t.Fatal(err)
	}
	return testscript.Params{
		Dir: dir,
		Setup: func(e *testscript.Env) error {
			e.Setenv("PATH", bin+string(os.PathListSeparator)+e.Getenv("PATH"))
			e.Setenv("HOME", e.WorkDir)
			// The race detector lets every process sleep for a second at its end.
			e.Setenv("GORACE", "atexit_sleep_ms=0")
			certificate(t, e.WorkDir, time.Now().Add(-time.Hour), time.Now().Add(30*24*time.Hour))
			e.Values[running{}] = map[string]*exec.Cmd{}
			return nil
		},
		Cmds: scriptCommands,
	}
}

// running is the key of a script's servers.
type running struct{}

// patience is how long scripts wait for what must come.
const patience = 30 * time.Second

var scriptCommands = map[string]func(ts *testscript.TestScript, neg bool, args []string){
	"start":   cmdStart,
	"signal":  cmdSignal,
	"ended":   cmdEnded,
	"insist":  cmdInsist,
	"exits":   cmdExits,
	"until":   cmdUntil,
	"capture": cmdCapture,
	"json":    cmdJSON,
	"lockout": cmdLockout,
}

// cmdStart is "start NAME ARG…": countersign with the arguments, in the background. It
// waits until it serves. $NAME is its address then; NAME.out and NAME.err have its
// output.
func cmdStart(ts *testscript.TestScript, _ bool, args []string) {
	name := args[0]
	program, err := exec.LookPath(strings.Split(ts.Getenv("PATH"), string(os.PathListSeparator))[0] + "/countersign")
	ts.Check(err)
	command := append([]string{program}, args[1:]...)
	if signal.Ignored(syscall.SIGHUP) { // by nohup, of which the server would be told nothing
		command = append([]string{"env", "--default-signal=HUP"}, command...)
	}
	cmd := exec.Command(command[0], command[1:]...)
	cmd.Dir = ts.MkAbs(".")
	for _, v := range []string{"HOME", "PATH", "TMPDIR", "GORACE", "COUNTERSIGN_DATABASE", "COUNTERSIGN_MAXBODY"} {
		if ts.Getenv(v) != "" {
			cmd.Env = append(cmd.Env, v+"="+ts.Getenv(v))
		}
	}
	out, err := os.Create(ts.MkAbs(name + ".out"))
	ts.Check(err)
	defer out.Close()
	errs, err := os.Create(ts.MkAbs(name + ".err"))
	ts.Check(err)
	defer errs.Close()
	cmd.Stdout, cmd.Stderr = out, errs
	ts.Check(cmd.Start())
	servers(ts)[name] = cmd
	ts.Defer(func() {
		if cmd.ProcessState == nil {
			// What is still there when a script fails; its end is no finding.
			_ = cmd.Process.Kill()
			_ = cmd.Wait()
		}
	})
	serving := regexp.MustCompile(`"msg":"serving","address":"([^"]+)"`)
	var found []string
	await(ts, "server "+name, func() bool {
		found = serving.FindStringSubmatch(ts.ReadFile(name + ".err"))
		return found != nil
	})
	ts.Setenv(name, found[1])
}

func servers(ts *testscript.TestScript) map[string]*exec.Cmd {
	m, ok := ts.Value(running{}).(map[string]*exec.Cmd)
	if !ok {
		ts.Fatalf("no servers")
	}
	return m
}

func await(ts *testscript.TestScript, what string, done func() bool) {
	for deadline := time.Now().Add(patience); !done(); time.Sleep(10 * time.Millisecond) {
		if time.Now().After(deadline) {
			ts.Fatalf("%s: waited in vain", what)
		}
	}
}

var signals = map[string]os.Signal{"TERM": syscall.SIGTERM, "INT": os.Interrupt, "HUP": syscall.SIGHUP}

// cmdSignal is "signal NAME TERM|INT|HUP".
func cmdSignal(ts *testscript.TestScript, _ bool, args []string) {
	if err := servers(ts)[args[0]].Process.Signal(signals[args[1]]); !errors.Is(err, os.ErrProcessDone) {
		ts.Check(err)
	}
}

// cmdInsist is "insist NAME TERM|INT STATUS": signals a server until it ends.
func cmdInsist(ts *testscript.TestScript, neg bool, args []string) {
	process, ended := servers(ts)[args[0]].Process, make(chan struct{})
	go func() {
		for {
			select {
			case <-ended:
				return
			case <-time.After(20 * time.Millisecond):
				if process.Signal(signals[args[1]]) != nil {
					return // cmdEnded says what became of it
				}
			}
		}
	}()
	defer close(ended)
	cmdEnded(ts, neg, []string{args[0], args[2]})
}

// cmdEnded is "ended NAME STATUS": waits for the end of a server.
func cmdEnded(ts *testscript.TestScript, _ bool, args []string) {
	ended := make(chan error, 1)
	cmd := servers(ts)[args[0]]
	go func() { ended <- cmd.Wait() }()
	select {
	case err := <-ended:
		if exit := (*exec.ExitError)(nil); err != nil && !errors.As(err, &exit) {
			ts.Fatalf("%v", err)
		}
	case <-time.After(patience):
		ts.Fatalf("%s goes on and on", args[0])
	}
	if got := strconv.Itoa(cmd.ProcessState.ExitCode()); got != args[1] {
		ts.Fatalf("exit status %s, not %s", got, args[1])
	}
}

// cmdExits is "exits STATUS PROGRAM ARG…": exec that looks at the exit status.
func cmdExits(ts *testscript.TestScript, _ bool, args []string) {
	err := ts.Exec(args[1], args[2:]...)
	got := 0
	if exit, ok := errors.AsType[*exec.ExitError](err); ok {
		got = exit.ExitCode()
	} else if err != nil {
		ts.Fatalf("%v", err)
	}
	if strconv.Itoa(got) != args[0] {
		ts.Fatalf("exit status %d, not %s", got, args[0])
	}
}

// cmdUntil is "until PATTERN PROGRAM ARG…": runs it until its output matches.
func cmdUntil(ts *testscript.TestScript, _ bool, args []string) {
	pattern := regexp.MustCompile(args[0])
	await(ts, strings.Join(args, " "), func() bool {
		err := ts.Exec(args[1], args[2:]...)
		if exit := (*exec.ExitError)(nil); err != nil && !errors.As(err, &exit) {
			ts.Fatalf("%v", err)
		}
		return pattern.MatchString(ts.ReadFile("stdout") + ts.ReadFile("stderr"))
	})
}

// cmdCapture is "capture NAME FILE PATTERN": sets $NAME to the pattern's first group.
func cmdCapture(ts *testscript.TestScript, _ bool, args []string) {
	found := regexp.MustCompile(args[2]).FindStringSubmatch(ts.ReadFile(args[1]))
	if found == nil {
		ts.Fatalf("%s: nothing matches %s", args[1], args[2])
	}
	ts.Setenv(args[0], found[1])
}

// cmdJSON is "json FILE" for one JSON value, "json -lines FILE" for one on each line.
func cmdJSON(ts *testscript.TestScript, _ bool, args []string) {
	texts := []string{ts.ReadFile(args[len(args)-1])}
	if args[0] == "-lines" {
		texts = strings.Split(strings.TrimSpace(texts[0]), "\n")
	}
	for _, text := range texts {
		if !json.Valid([]byte(text)) {
			ts.Fatalf("no JSON: %s", text)
		}
	}
}
