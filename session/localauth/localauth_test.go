package localauth

import (
	"bytes"
	"context"
	"crypto/rand"
	"errors"
	"log/slog"
	"strings"
	"testing"

	"countersign/session"
	"countersign/session/account"
	"countersign/session/password"
	"countersign/session/sessiontest"
	"countersign/session/verify"
	"countersign/sql"
	"countersign/sql/sqltest"
)

func TestMain(m *testing.M) { sqltest.Main(m) }

// cheap makes hashes in less than a millisecond.
var cheap = password.Params{MemoryKiB: 64, Time: 2, Threads: 1}

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// open makes an authenticator over the accounts of db.
func open(t *testing.T, db *sql.DB, log *bytes.Buffer) *Authenticator {
	t.Helper()
	runner := verify.NewInProcess(verify.Limits{Queue: 100}, verify.Argon2(rand.Reader))
	t.Cleanup(func() {
		if err := runner.Close(context.Background()); err != nil {
			t.Error(err)
		}
	})
	a, err := New(Config{
		Accounts: db.Accounts(), Runner: runner, Params: cheap,
		Log: slog.New(slog.NewTextHandler(log, nil)),
	})
	must(t, err)
	return a
}

func hash(t testing.TB, p password.Params, pass session.Password) string {
	t.Helper()
	encoded, err := password.Hash(rand.Reader, p, []byte(pass))
	must(t, err)
	return encoded
}

func user(name string, pass session.Password) session.Credentials {
	return session.Credentials{Kind: account.User, Name: name, Password: pass}
}

func add(t testing.TB, db *sql.DB, a account.Account) account.Account {
	t.Helper()
	stored, err := db.Accounts().Add(t.Context(), a)
	must(t, err)
	return stored
}

func TestSuite(t *testing.T) {
	sqltest.Each(t, func(t *testing.T, db *sql.DB) {
		ann, bob, dan := user("ann", "Ann's password"), user("bob", "Bob's pass phrase"), user("dan", "Dan's password")
		for _, c := range []session.Credentials{ann, bob, dan} {
			add(t, db, account.Account{
				Kind: c.Kind, Name: c.Name, PasswordHash: hash(t, cheap, c.Password), Disabled: c.Name == "dan",
			})
		}
		sessiontest.Authenticator(t, func(t *testing.T) sessiontest.Logins {
			return sessiontest.Logins{
				Authenticator: open(t, db, new(bytes.Buffer)), Longest: password.MaxLen,
				Known: ann, Other: bob, Disabled: dan,
			}
		})
	})
}

func reason(err error) string {
	if r, ok := errors.AsType[*session.Refusal](err); ok {
		return r.Reason
	}
	return ""
}

func TestReasons(t *testing.T) {
	sqltest.Each(t, func(t *testing.T, db *sql.DB) {
		log := new(bytes.Buffer)
		a := open(t, db, log)
		add(t, db, account.Account{Kind: account.User, Name: "ann", PasswordHash: hash(t, cheap, "secret zebra")})
		add(t, db, account.Account{Kind: account.User, Name: "dan", PasswordHash: hash(t, cheap, "secret zebra"), Disabled: true})
		add(t, db, account.Account{Kind: account.User, Name: "nina"})
		add(t, db, account.Account{Kind: account.User, Name: "odd", PasswordHash: "$argon2id$v=19$m=99999999,t=99,p=1$AAAA$AAAA"})
		add(t, db, account.Account{Kind: account.Server, Name: "my.host.name", Login: "bubba", PasswordHash: hash(t, cheap, "secret zebra")})
		server := session.Credentials{Kind: account.Server, Name: "my.host.name", Login: "bubba", Password: "secret zebra"}
		for _, tt := range []struct {
			what string
			c    session.Credentials
			want string
		}{
			{"right", user("ann", "secret zebra"), ""},
			{"wrong", user("ann", "secret cobra"), session.ReasonPassword},
			{"unknown", user("xaver", "secret zebra"), session.ReasonUnknown},
			{"disabled", user("dan", "secret zebra"), session.ReasonDisabled},
			{"disabled, wrong", user("dan", "secret cobra"), session.ReasonDisabled},
			{"no password", user("nina", "secret zebra"), session.ReasonNoLogin},
			{"unusable hash", user("odd", "secret zebra"), session.ReasonNoLogin},
			{"NUL", user("ann", "secret zebra\x00"), session.ReasonInput},
			{"server", server, ""},
			{"server, other login", session.Credentials{Kind: account.Server, Name: "my.host.name", Login: "bubb", Password: "secret zebra"}, session.ReasonUnknown},
			{"server as user", user("my.host.name", "secret zebra"), session.ReasonUnknown},
		} {
			found, err := a.Authenticate(t.Context(), tt.c)
			if reason(err) != tt.want || (err == nil) != (tt.want == "") || (err == nil) != (found.Name == tt.c.Name) {
				t.Errorf("%s: %q, %v, want %q", tt.what, found.Name, err, tt.want)
			}
		}
		if strings.Contains(log.String(), "zebra") || !strings.Contains(log.String(), "unusable") {
			t.Errorf("log: %s", log)
		}
	})
}

func TestWeakHashIsStrengthened(t *testing.T) {
	sqltest.Each(t, func(t *testing.T, db *sql.DB) {
		a := open(t, db, new(bytes.Buffer))
		weak := password.Params{MemoryKiB: 64, Time: 1, Threads: 1}
		before := add(t, db, account.Account{Kind: account.User, Name: "ann", PasswordHash: hash(t, weak, "secret")})
		if _, err := a.Authenticate(t.Context(), user("ann", "wrong")); reason(err) != session.ReasonPassword {
			t.Fatal(err)
		}
		now, err := db.Accounts().Get(t.Context(), before.ID)
		must(t, err)
		if now.PasswordHash != before.PasswordHash {
			t.Error("a wrong password has changed the hash")
		}
		found, err := a.Authenticate(t.Context(), user("ann", "secret"))
		must(t, err)
		now, err = db.Accounts().Get(t.Context(), before.ID)
		must(t, err)
		if now.PasswordHash == before.PasswordHash || password.NeedsRehash(now.PasswordHash, cheap) || found.PasswordHash != now.PasswordHash {
			t.Errorf("hash %s", now.PasswordHash)
		}
		if !now.Changed.Equal(before.Changed) {
			t.Error("the account counts as changed")
		}
		_, err = a.Authenticate(t.Context(), user("ann", "secret"))
		must(t, err)
	})
}

// failing is a runner that answers nothing.
type failing struct{ err error }

func (f failing) Run(context.Context, verify.Job) ([]byte, error) { return nil, f.err }

func TestRunnerErrors(t *testing.T) {
	db := sqltest.SQLite(t)
	add(t, db, account.Account{Kind: account.User, Name: "ann", PasswordHash: hash(t, cheap, "secret")})
	for _, tt := range []struct{ is, want error }{
		{verify.ErrBusy, session.ErrBusy},
		{verify.ErrDeadline, session.ErrUnavailable},
		{verify.ErrTripped, session.ErrUnavailable},
		{verify.ErrClosed, session.ErrUnavailable},
		{verify.ErrJob, session.ErrUnavailable},
		{context.Canceled, context.Canceled},
		{context.DeadlineExceeded, context.DeadlineExceeded},
	} {
		a, err := New(Config{Accounts: db.Accounts(), Runner: failing{tt.is}, Params: cheap})
		must(t, err)
		for _, name := range []string{"ann", "unknown"} {
			if found, err := a.Authenticate(t.Context(), user(name, "secret")); !errors.Is(err, tt.want) || reason(err) != "" || found.ID != "" {
				t.Errorf("%v, %s: %v, want %v", tt.is, name, err, tt.want)
			}
		}
	}
}

func TestStoreOutOfReach(t *testing.T) {
	db, err := sql.Open(t.Context(), sqltest.SQLiteURL(t))
	must(t, err)
	a := open(t, db, new(bytes.Buffer))
	must(t, db.Close())
	if _, err := a.Authenticate(t.Context(), user("ann", "secret")); !errors.Is(err, session.ErrUnavailable) {
		t.Errorf("%v, want ErrUnavailable", err)
	}
}

func TestNewNeedsItsParts(t *testing.T) {
	for _, cfg := range []Config{{}, {Runner: failing{}}, {Accounts: sqltest.SQLite(t).Accounts()}} {
		if _, err := New(cfg); err == nil {
			t.Errorf("%+v: no error", cfg)
		}
	}
}
