package main

import (
	"bytes"
	"context"
	"errors"
	"io"
	"log/slog"
	"os"
	"regexp"
	"slices"
	"strings"
	"sync"
	"testing"

	"countersign/session/account"
	"countersign/session/audit"
	"countersign/session/password"
	"countersign/sql/sqltest"
)

// Servers that start at the same time on an empty database make one administrator,
// and its password is shown by one of them.
func TestOneAdministrator(t *testing.T) {
	eachEngine(t, func(t *testing.T, fresh func(testing.TB) string) {
		url := fresh(t)
		const servers = 4
		outs := make([]bytes.Buffer, servers)
		services := make([]*service, servers)
		for i := range services {
			services[i] = testService(t, url)
		}
		var all sync.WaitGroup
		for i := range services {
			all.Go(func() {
				if err := ensureAdministrator(t.Context(), services[i], stdio{out: &outs[i]}, slog.New(slog.DiscardHandler), "http://x/RPC2"); err != nil {
					t.Error(err)
				}
			})
		}
		all.Wait()
		var shown [][]byte
		for i := range outs {
			if found := regexp.MustCompile(`password: ([A-Z2-7]{26})\n`).FindSubmatch(outs[i].Bytes()); found != nil {
				shown = append(shown, found[1])
			} else if got := outs[i].String(); got != "" && got != "This database has no accounts yet.\n" {
				t.Errorf("shown without a password: %s", got)
			}
		}
		if len(shown) != 1 {
			t.Fatalf("%d passwords were shown", len(shown))
		}
		admin, err := findAccount(t.Context(), services[0].db.Accounts(), account.User, adminName)
		if err != nil || !slices.Contains(admin.Grants, "*") {
			t.Fatalf("%v, %v", admin.Grants, err)
		}
		if ok, err := password.Verify(admin.PasswordHash, shown[0]); !ok {
			t.Errorf("the password that was shown is not the administrator's: %v", err)
		}
	})
}

// An administrator is recorded, or where that is required and cannot be, not made.
func TestAdministratorRecorded(t *testing.T) {
	svc, out := testService(t, sqltest.SQLiteURL(t)), new(bytes.Buffer)
	d := &diary{}
	svc.record = d
	if err := ensureAdministrator(t.Context(), svc, stdio{out: out}, slog.New(slog.DiscardHandler), ""); !errors.Is(err, audit.ErrUnrecorded) {
		t.Errorf("%v", err)
	}
	if n, err := svc.db.Accounts().Count(t.Context()); n != 0 || err != nil || strings.Contains(out.String(), "password") {
		t.Errorf("%d accounts, %v; said %q", n, err, out)
	}
	d.room = 1
	if err := ensureAdministrator(t.Context(), svc, stdio{out: out}, slog.New(slog.DiscardHandler), ""); err != nil || !strings.Contains(out.String(), "password:") {
		t.Errorf("%v; said %q", err, out)
	}
	admin, err := findAccount(t.Context(), svc.db.Accounts(), account.User, adminName)
	if err != nil {
		t.Fatal(err)
	}
	want := about(audit.AccountAdd, &admin)
	want.Outcome, want.Actor = audit.OK, audit.System(systemUser())
	if len(d.events) != 1 || d.events[0] != want {
		t.Errorf("recorded %+v, want %+v", d.events, want)
	}
}

// Without a standard output, which is /dev/null then, no account is made whose password
// nobody could read: the server goes on, and the log says what to do.
func TestAdministratorNowhere(t *testing.T) {
	null, err := os.OpenFile(os.DevNull, os.O_WRONLY, 0)
	if err != nil {
		t.Fatal(err)
	}
	defer null.Close()
	var log bytes.Buffer
	svc := testService(t, sqltest.SQLiteURL(t))
	if err := ensureAdministrator(t.Context(), svc, stdio{out: null}, slog.New(slog.NewJSONHandler(&log, nil)), ""); err != nil {
		t.Error(err)
	}
	if n, err := svc.db.Accounts().Count(t.Context()); n != 0 || err != nil {
		t.Errorf("%d accounts, %v", n, err)
	}
	if !strings.Contains(log.String(), `"level":"WARN","msg":"there is no account, and no standard output`) || !strings.Contains(log.String(), "user add NAME --role admin") {
		t.Errorf("log: %s", &log)
	}
}

// Where nothing can be printed no account is made; a password that could not be shown
// after all is told of.
func TestAdministratorNotShown(t *testing.T) {
	for writes, want := range []struct {
		says     string
		accounts int
	}{
		{"could not be shown; make one with countersign user add NAME --role admin, or countersign grant NAME '*': full", 0},
		{"could not be shown; set one with countersign user passwd admin: full", 1},
	} {
		svc := testService(t, sqltest.SQLiteURL(t))
		out := fullWriter(writes)
		err := ensureAdministrator(t.Context(), svc, stdio{out: &out}, slog.New(slog.DiscardHandler), "")
		if err == nil || !strings.Contains(err.Error(), want.says) {
			t.Errorf("%v", err)
		}
		if n, err := svc.db.Accounts().Count(t.Context()); int(n) != want.accounts || err != nil {
			t.Errorf("%d accounts, %v", n, err)
		}
	}
}

// fullWriter has room for so many writes.
type fullWriter int

func (w *fullWriter) Write(text []byte) (int, error) {
	if *w--; *w < 0 {
		return 0, errors.New("full")
	}
	return len(text), nil
}

func testSettings(t *testing.T, url string) *settings {
	t.Helper()
	s, err := defaultSettings(url)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func testService(t *testing.T, url string) *service {
	t.Helper()
	s := testSettings(t, url)
	s.Workers = 1
	log, err := newLog(t.Output(), "info")
	if err != nil {
		t.Fatal(err)
	}
	svc, err := assemble(t.Context(), s, io.Discard, log)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := svc.close(context.WithoutCancel(t.Context())); err != nil {
			t.Error(err)
		}
	})
	return svc
}
