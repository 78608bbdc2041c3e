//go:build pam && cgo

package pamauth

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"countersign/session"
	"countersign/session/verify"
	"countersign/sql/sqltest"
)

// mostThreads bounds those of one worker: the runtime's own few, and one inside a module.
const mostThreads = 16

// TestManyAtOnce: 100 logins of one moment, right and wrong, stay within the workers.
func TestManyAtOnce(t *testing.T) {
	name := unixUser(t, "right")
	db := sqltest.SQLite(t)
	addUser(t, db, name, false)
	dir := confDir(t, map[string]string{DefaultService: unixStack})
	p, _ := pool(t, func(c *verify.Config) { c.QueueWait, c.Deadline = time.Minute, time.Minute })
	a, _ := open(t, db, p, func(c *Config) { c.ConfDir = dir })

	var all sync.WaitGroup
	var left atomic.Int64
	left.Store(100)
	for i := range 100 {
		all.Go(func() {
			defer left.Add(-1)
			pass, want := session.Password("right"), ""
			if i%2 == 1 {
				pass, want = "wrong", session.ReasonPassword
			}
			if _, err := a.Authenticate(t.Context(), user(name, pass)); reason(err) != want || (err == nil) != (want == "") {
				t.Errorf("login %d: %v, want %q", i, err, want)
			}
		})
	}
	most, threads := 0, 0
	for left.Load() > 0 {
		seen := workers(t)
		most = max(most, len(seen))
		for _, w := range seen {
			threads = max(threads, w.threads)
		}
		time.Sleep(10 * time.Millisecond)
	}
	all.Wait()
	t.Logf("at most %d workers, of at most %d threads", most, threads)
	if most == 0 || most > 8 || threads > mostThreads {
		t.Errorf("%d workers of up to %d threads, want 8 and %d at most", most, threads, mostThreads)
	}
	if s := p.Stats(); s.Lost != 0 || s.Processes > 8 {
		t.Errorf("%+v", s)
	}
}

// TestHangingModules: whatever hangs is cut off with all that it has started, while
// other logins go on; the pool gives up for a while, and recovers when it is repaired.
func TestHangingModules(t *testing.T) {
	needModules(t, "pam_exec.so", "pam_permit.so")
	needTools(t, "sleep")
	module := scripted(t)
	// A duration that finds the process again.
	sleep := fmt.Sprintf("600.%d", os.Getpid())
	dir := confDir(t, map[string]string{
		"exec":   "auth required pam_exec.so quiet /bin/sleep " + sleep + "\naccount required pam_permit.so\n",
		"signal": "auth required " + module + " hang\naccount required pam_permit.so\n",
		"sound":  "auth required " + module + " secret=Password:_ is=right\naccount required pam_permit.so\n",
	})
	db := sqltest.SQLite(t)
	addUser(t, db, "ann", false)
	var passed atomic.Int64
	start := time.Now()
	p, _ := pool(t, func(c *verify.Config) {
		c.Workers, c.Deadline, c.TripAfter = 4, 4*time.Second, 4
		c.Now = func() time.Time { return start.Add(time.Duration(passed.Load())) }
	})
	login := func(service string) error {
		a, _ := open(t, db, p, func(c *Config) { c.ConfDir, c.Service = dir, service })
		_, err := a.Authenticate(t.Context(), user("ann", "right"))
		return err
	}
	must(t, login("sound"))

	hung := make(chan error, 3)
	for _, service := range []string{"exec", "exec", "signal"} {
		go func() { hung <- login(service) }()
	}
	sleepers := func() (n int) {
		for _, p := range processes(t) {
			if strings.Contains(p.cmdline, "sleep "+sleep) && !p.zombie {
				n++
			}
		}
		return n
	}
	eventually(t, "two programs asleep", func() bool { return sleepers() == 2 })
	for range 5 {
		if err := login("sound"); err != nil {
			t.Errorf("beside modules that hang: %v", err)
		}
	}
	for range 3 {
		if err := <-hung; !errors.Is(err, session.ErrUnavailable) || !errors.Is(err, verify.ErrDeadline) {
			t.Errorf("%v, want ErrDeadline", err)
		}
	}
	eventually(t, "the programs ended", func() bool { return sleepers() == 0 })

	must(t, login("sound")) // counts as an answer
	for range 4 {
		if err := login("exec"); !errors.Is(err, verify.ErrDeadline) {
			t.Fatalf("%v, want ErrDeadline", err)
		}
	}
	began := time.Now()
	if err := login("exec"); !errors.Is(err, session.ErrUnavailable) || !errors.Is(err, verify.ErrTripped) {
		t.Errorf("one more: %v, want ErrTripped", err)
	}
	if took := time.Since(began); took > 2*time.Second {
		t.Errorf("refused after %v", took)
	}
	must(t, os.WriteFile(filepath.Join(dir, "exec"), []byte("auth required pam_permit.so\naccount required pam_permit.so\n"), 0o644))
	if err := login("exec"); !errors.Is(err, verify.ErrTripped) {
		t.Errorf("repaired, but within the pause: %v", err)
	}
	passed.Add(int64(30 * time.Second))
	must(t, login("exec"))
	must(t, login("sound"))
	eventually(t, "no zombies and no sleepers", func() bool {
		return sleepers() == 0 && len(workers(t)) == p.Stats().Processes
	})
}

// TestWorkersRetire: modules leak, so that no worker lives for ever.
func TestWorkersRetire(t *testing.T) {
	needModules(t, "pam_permit.so")
	dir := confDir(t, map[string]string{"permit": "auth required pam_permit.so\naccount required pam_permit.so\n"})
	db := sqltest.SQLite(t)
	addUser(t, db, "ann", false)
	p, _ := pool(t, func(c *verify.Config) { c.Workers, c.MaxUses = 1, 3 })
	a, _ := open(t, db, p, func(c *Config) { c.ConfDir, c.Service = dir, "permit" })
	for range 7 {
		_, err := a.Authenticate(t.Context(), user("ann", "x"))
		must(t, err)
	}
	if s := p.Stats(); s.Started != 3 || s.Lost != 0 {
		t.Errorf("%+v", s)
	}
}
