package pamauth

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"countersign/session"
	"countersign/session/account"
	"countersign/session/audit"
	"countersign/session/sessiontest"
	"countersign/session/verify"
	"countersign/sql"
	"countersign/sql/sqltest"
)

// machine plays the worker's side: users by name, and what comes of a login with the
// right password. It is no PAM; the tests with the tag pam have that.
type machine map[string]result

const rightPassword = "The right password"

func (m machine) handlers() verify.Handlers {
	return verify.Handlers{kindLogin: func(payload []byte, _ verify.Ask) ([]byte, error) {
		r, err := decodeRequest(payload)
		if err != nil {
			return nil, err
		}
		known, ok := m[r.user]
		switch {
		case !ok:
			return result{outcome: outcomeUnknown}.encode(), nil
		case r.password != rightPassword+r.user:
			return result{outcome: outcomePassword}.encode(), nil
		}
		return known.encode(), nil
	}}
}

func right(name string) session.Credentials {
	return user(name, session.Password(rightPassword+name))
}

// open makes an authenticator over db whose refusals take no time worth mentioning.
func open(t *testing.T, db *sql.DB, r verify.Talker, change func(*Config)) (*Authenticator, *syncBuffer) {
	t.Helper()
	log := new(syncBuffer)
	cfg := Config{Accounts: db.Accounts(), Runner: r, Step: time.Millisecond, Log: logTo(log)}
	if change != nil {
		change(&cfg)
	}
	a, err := newAuthenticator(cfg)
	must(t, err)
	return a, log
}

func addUser(t *testing.T, db *sql.DB, name string, disabled bool) {
	t.Helper()
	_, err := db.Accounts().Add(t.Context(), account.Account{Kind: account.User, Name: name, Disabled: disabled})
	must(t, err)
}

func granted(name string) result { return result{outcome: outcomeGranted, user: name} }

func TestSuite(t *testing.T) {
	db := sqltest.SQLite(t)
	m := machine{}
	for _, name := range []string{"ann", "bob", "dan"} {
		m[name] = granted(name)
		addUser(t, db, name, name == "dan")
	}
	sessiontest.Authenticator(t, func(t *testing.T) sessiontest.Logins {
		a, _ := open(t, db, inProcess(t, verify.Limits{}, m.handlers()), nil)
		return sessiontest.Logins{Authenticator: a, Longest: maxSecret, Known: right("ann"), Other: right("bob"), Disabled: right("dan")}
	})
}

// TestOutcomes: every answer of a worker has its own meaning, and an account is found
// under the name that PAM gave back.
func TestOutcomes(t *testing.T) {
	db := sqltest.SQLite(t)
	addUser(t, db, "ann", false)
	addUser(t, db, "dan", true)
	for _, tt := range []struct {
		is     result
		reason string
		err    error
	}{
		{granted("ann"), "", nil},
		{granted("Ann"), session.ReasonUnknown, nil},
		{granted("dan"), session.ReasonDisabled, nil},
		{granted(""), "", session.ErrUnavailable},
		{granted("ann\n"), "", session.ErrUnavailable},
		{granted("a:b"), "", session.ErrUnavailable},
		{result{outcome: outcomePassword}, session.ReasonPassword, nil},
		{result{outcome: outcomeUnknown}, session.ReasonUnknown, nil},
		{result{outcome: outcomeNoPassword}, session.ReasonNoLogin, nil},
		{result{outcome: outcomeChange}, session.ReasonChange, nil},
		{result{outcome: outcomeExpired}, session.ReasonExpired, nil},
		{result{outcome: outcomeLocked}, session.ReasonLocked, nil},
		{result{outcome: outcomeUnavailable, detail: "the directory is away"}, "", session.ErrUnavailable},
		{result{outcome: 0}, "", session.ErrUnavailable},
		{result{outcome: 99}, "", session.ErrUnavailable},
	} {
		m := machine{"login.name": tt.is}
		a, log := open(t, db, inProcess(t, verify.Limits{}, m.handlers()), nil)
		found, err := a.Authenticate(t.Context(), right("login.name"))
		granted := tt.reason == "" && tt.err == nil
		if reason(err) != tt.reason || tt.err != nil && !errors.Is(err, tt.err) || granted != (err == nil) || granted != (found.Name == "ann") {
			t.Errorf("%+v: %q, %v", tt.is, found.Name, err)
		}
		if tt.is.detail != "" && !strings.Contains(log.String(), tt.is.detail) {
			t.Errorf("the log does not say why: %s", log)
		}
		if strings.Contains(log.String(), rightPassword) {
			t.Errorf("the log shows the password: %s", log)
		}
	}
}

func TestRequest(t *testing.T) {
	db := sqltest.SQLite(t)
	var got request
	r := inProcess(t, verify.Limits{}, verify.Handlers{kindLogin: func(payload []byte, _ verify.Ask) ([]byte, error) {
		var err error
		got, err = decodeRequest(payload)
		return result{outcome: outcomeUnknown}.encode(), err
	}})
	a, _ := open(t, db, r, func(c *Config) { c.Service, c.ConfDir = "other-service", "/scratch" })
	for _, tt := range []struct{ peer, want string }{
		{"192.0.2.7", "192.0.2.7"}, {"::ffff:192.0.2.7", "192.0.2.7"}, {"2001:db8::1", "2001:db8::1"}, {"", ""},
	} {
		c := user("ann", "päss word ")
		if tt.peer != "" {
			must(t, c.Peer.UnmarshalText([]byte(tt.peer)))
		}
		if _, err := a.Authenticate(t.Context(), c); reason(err) == "" {
			t.Fatal(err)
		}
		if want := (request{"other-service", "/scratch", "ann", tt.want, "päss word "}); got != want {
			t.Errorf("%+v, want %+v", got, want)
		}
	}
}

func TestAutoCreate(t *testing.T) {
	sqltest.Each(t, func(t *testing.T, db *sql.DB) {
		m := machine{"ann": granted("ann"), "odd": granted("odd")}
		now := time.Date(2026, 2, 3, 4, 5, 6, 0, time.UTC)
		var recorded bytes.Buffer
		a, _ := open(t, db, inProcess(t, verify.Limits{}, m.handlers()), func(c *Config) {
			c.AutoCreate, c.Roles, c.Now = true, []string{"user"}, func() time.Time { return now }
			c.Audit = audit.NewWriter(&recorded, audit.Options{Now: c.Now})
		})
		if _, err := a.Authenticate(t.Context(), user("ann", "wrong")); reason(err) != session.ReasonPassword {
			t.Fatal(err)
		}
		if _, err := db.Accounts().Find(t.Context(), account.User, "ann"); !errors.Is(err, account.ErrNotFound) {
			t.Fatalf("a refused login has made an account: %v", err)
		}
		ids := make([]string, 8)
		var all sync.WaitGroup
		for i := range ids {
			all.Go(func() {
				found, err := a.Authenticate(t.Context(), right("ann"))
				if err != nil {
					t.Error(err)
				}
				ids[i] = found.ID
			})
		}
		all.Wait()
		if ids = slices.Compact(ids); len(ids) != 1 || ids[0] == "" {
			t.Errorf("accounts %q, want one", ids)
		}
		made, err := db.Accounts().Get(t.Context(), ids[0])
		must(t, err)
		if !slices.Equal(made.Roles, []string{"user"}) || made.PasswordHash != "" || made.Login != "" || !made.Created.Equal(now) {
			t.Errorf("%+v", made)
		}

		want := fmt.Sprintf(`{"time":"2026-02-03T04:05:06.000000Z","event":"account.add","outcome":"ok","reason":"first login by PAM",`+
			`"user":"ann","account":%d,"kind":"user"}`+"\n", made.Number)
		if got := recorded.String(); got != want {
			t.Errorf("the audit says %s, want %s", got, want)
		}

		// A name that looks like an account's is refused, and the administrator is told why.
		m["Ann"] = granted("Ann")
		a, log := open(t, db, inProcess(t, verify.Limits{}, m.handlers()), func(c *Config) { c.AutoCreate = true })
		if _, err := a.Authenticate(t.Context(), right("Ann")); reason(err) != session.ReasonUnknown {
			t.Errorf("a name that looks like ann: %v", err)
		}
		if text := log.String(); !strings.Contains(text, `name=Ann`) || !strings.Contains(text, `like=ann`) || strings.Contains(text, rightPassword) {
			t.Errorf("log: %s", text)
		}

		a, log = open(t, db, inProcess(t, verify.Limits{}, m.handlers()), func(c *Config) {
			c.AutoCreate, c.Roles = true, []string{"no such role"}
		})
		if _, err := a.Authenticate(t.Context(), right("odd")); !errors.Is(err, session.ErrUnavailable) || !strings.Contains(log.String(), "no such role") {
			t.Errorf("%v; log: %s", err, log)
		}
	})
}

// TestAutoCreateUnrecorded: an account that cannot be recorded is not made.
func TestAutoCreateUnrecorded(t *testing.T) {
	db := sqltest.SQLite(t)
	a, _ := open(t, db, inProcess(t, verify.Limits{}, machine{"ann": granted("ann")}.handlers()), func(c *Config) {
		c.AutoCreate, c.Roles, c.Audit = true, []string{"user"}, full{}
	})
	if _, err := a.Authenticate(t.Context(), right("ann")); !errors.Is(err, session.ErrUnavailable) || !errors.Is(err, audit.ErrUnrecorded) {
		t.Errorf("let in: %v", err)
	}
	if n, err := db.Accounts().Count(t.Context()); n != 0 || err != nil {
		t.Errorf("%d accounts, %v", n, err)
	}
}

// full is an audit without room.
type full struct{}

func (full) Record(audit.Event) error { return errors.New("the disk is full") }

// asking is a worker that wants an answer to prompts besides the password, and grants if
// it is "yes".
func asking(prompts ...session.Prompt) verify.Handlers {
	return verify.Handlers{kindLogin: func(_ []byte, ask verify.Ask) ([]byte, error) {
		reply, err := ask(encodePrompts(prompts))
		if err != nil {
			return result{outcome: outcomeUnavailable, detail: "no reply"}.encode(), nil
		}
		answers, err := unpack(reply)
		if err != nil || len(answers) != len(prompts) {
			return nil, fmt.Errorf("%d answers, %w", len(answers), err)
		}
		if answers[len(answers)-1] != "yes" {
			return result{outcome: outcomePassword}.encode(), nil
		}
		return granted("ann").encode(), nil
	}}
}

func TestChallenge(t *testing.T) {
	db := sqltest.SQLite(t)
	addUser(t, db, "ann", false)
	prompts := []session.Prompt{{Text: "Welcome", Info: true}, {Text: "Token: ", Echo: true}}
	long := session.Password(strings.Repeat("x", maxSecret+1))
	r := inProcess(t, verify.Limits{Workers: 2}, asking(prompts...))
	a, _ := open(t, db, r, nil)
	for _, tt := range []struct {
		name    string
		answers []session.Password
		want    string
	}{
		{"right", []session.Password{"", "yes"}, ""},
		{"wrong", []session.Password{"", "no"}, session.ReasonPassword},
		{"empty", []session.Password{"", ""}, session.ReasonPassword},
		{"none", nil, session.ReasonAnswer},
		{"too few", []session.Password{"yes"}, session.ReasonAnswer},
		{"too many", []session.Password{"", "yes", ""}, session.ReasonAnswer},
		{"to a message", []session.Password{"thank you", "yes"}, session.ReasonAnswer},
		{"NUL", []session.Password{"", "yes\x00"}, session.ReasonAnswer},
		{"too long", []session.Password{"", long}, session.ReasonAnswer},
	} {
		t.Run(tt.name, func(t *testing.T) {
			_, err := a.Authenticate(t.Context(), right("ann"))
			c := asked(t, err)
			if !slices.Equal(c.Prompts, prompts) {
				t.Errorf("prompts %+v", c.Prompts)
			}
			found, err := c.Continue(t.Context(), tt.answers)
			if reason(err) != tt.want || (err == nil) != (tt.want == "") || (err == nil) != (found.Name == "ann") {
				t.Errorf("%q, %v", found.Name, err)
			}
			if found, err := c.Continue(t.Context(), []session.Password{"", "yes"}); reason(err) != session.ReasonAnswer || found.ID != "" {
				t.Errorf("a second time: %q, %v", found.Name, err)
			}
		})
	}
}

func TestChallengesAreFew(t *testing.T) {
	db := sqltest.SQLite(t)
	addUser(t, db, "ann", false)
	r := inProcess(t, verify.Limits{Workers: 4, Conversations: 1}, asking(session.Prompt{Text: "Token: "}))
	a, _ := open(t, db, r, nil)
	_, err := a.Authenticate(t.Context(), right("ann"))
	c := asked(t, err)
	if _, err := a.Authenticate(t.Context(), right("ann")); !errors.Is(err, session.ErrBusy) {
		t.Errorf("second at once: %v, want ErrBusy", err)
	}
	c.Cancel()
	c.Cancel()
	eventually(t, "a free place", func() bool {
		_, err := a.Authenticate(t.Context(), right("ann"))
		if errors.Is(err, session.ErrBusy) {
			return false
		}
		asked(t, err).Cancel()
		return true
	})
}

func TestLateAnswerIsRefused(t *testing.T) {
	db := sqltest.SQLite(t)
	r := inProcess(t, verify.Limits{Workers: 2, ReplyWait: time.Millisecond}, asking(session.Prompt{Text: "Token: "}))
	a, _ := open(t, db, r, nil)
	_, err := a.Authenticate(t.Context(), right("ann"))
	c := asked(t, err)
	time.Sleep(20 * time.Millisecond)
	if _, err := c.Continue(t.Context(), []session.Password{"yes"}); reason(err) != session.ReasonAnswer {
		t.Errorf("%v", err)
	}
}

func TestMalformedQuestion(t *testing.T) {
	db := sqltest.SQLite(t)
	for _, question := range []string{"", "\x00", "\x00\x00", "\x00\x01x", "\x00\x05stext\x00"} {
		r := inProcess(t, verify.Limits{Workers: 2}, verify.Handlers{kindLogin: func(_ []byte, ask verify.Ask) ([]byte, error) {
			if _, err := ask([]byte(question)); err == nil {
				return nil, errors.New("a reply to a malformed question")
			}
			return nil, nil
		}})
		a, _ := open(t, db, r, nil)
		if _, err := a.Authenticate(t.Context(), right("ann")); !errors.Is(err, session.ErrUnavailable) {
			t.Errorf("%q: %v", question, err)
		}
	}
}

// failing is a runner that answers nothing.
type failing struct{ err error }

func (f failing) Run(context.Context, verify.Job) ([]byte, error) { return nil, f.err }
func (f failing) Converse(context.Context, verify.Job) (verify.Turn, error) {
	return verify.Turn{}, f.err
}

func TestRunnerErrors(t *testing.T) {
	db := sqltest.SQLite(t)
	for _, tt := range []struct{ is, want error }{
		{verify.ErrBusy, session.ErrBusy},
		{verify.ErrDeadline, session.ErrUnavailable},
		{verify.ErrTripped, session.ErrUnavailable},
		{verify.ErrClosed, session.ErrUnavailable},
		{verify.ErrJob, session.ErrUnavailable},
		{context.Canceled, context.Canceled},
	} {
		a, _ := open(t, db, failing{tt.is}, nil)
		if _, err := a.Authenticate(t.Context(), right("ann")); !errors.Is(err, tt.want) || reason(err) != "" {
			t.Errorf("%v: %v, want %v", tt.is, err, tt.want)
		}
	}
}

// TestNoWorkerForWhatPAMCannotKnow: the runner would give another error.
func TestNoWorkerForWhatPAMCannotKnow(t *testing.T) {
	a, _ := open(t, sqltest.SQLite(t), failing{errors.New("a worker was asked")}, nil)
	server := right("my.host.name")
	server.Kind, server.Login = account.Server, "bubba"
	for _, tt := range []struct {
		c    session.Credentials
		want string
	}{
		{server, session.ReasonUnknown},
		{user("", "x"), session.ReasonInput},
		{user("ann", ""), session.ReasonInput},
		{user("ann", "x\x00"), session.ReasonInput},
		{user("ann\x00", "x"), session.ReasonInput},
		{user("ann", session.Password(strings.Repeat("x", maxSecret+1))), session.ReasonInput},
	} {
		if _, err := a.Authenticate(t.Context(), tt.c); reason(err) != tt.want {
			t.Errorf("%q: %v, want %v", tt.c.Name, err, tt.want)
		}
	}
}

// TestRefusalsTakeWholeSteps: however long the back end took, and only refusals.
func TestRefusalsTakeWholeSteps(t *testing.T) {
	const step = 500 * time.Millisecond
	for _, tt := range []struct {
		took, want time.Duration
		err        error
	}{
		{0, step, refuse(session.ReasonUnknown)},
		{40 * time.Millisecond, step, refuse(session.ReasonPassword)},
		{499 * time.Millisecond, step, refuse(session.ReasonDisabled)},
		{501 * time.Millisecond, 2 * step, refuse(session.ReasonExpired)},
		{40 * time.Millisecond, 40 * time.Millisecond, nil},
		{40 * time.Millisecond, 40 * time.Millisecond, session.ErrUnavailable},
		{40 * time.Millisecond, 40 * time.Millisecond, &session.Challenge{}},
	} {
		synctest.Test(t, func(t *testing.T) {
			a := &Authenticator{Config{Step: step, Now: time.Now}}
			start := time.Now()
			time.Sleep(tt.took)
			if err := a.pace(t.Context(), start, tt.err); err != tt.err {
				t.Error(err)
			}
			if took := time.Since(start); took != tt.want {
				t.Errorf("%v after %v: %v, want %v", tt.err, tt.took, took, tt.want)
			}
			ctx, cancel := context.WithTimeout(t.Context(), time.Millisecond)
			defer cancel()
			if err := a.pace(ctx, time.Now(), refuse(session.ReasonUnknown)); !errors.Is(err, context.DeadlineExceeded) {
				t.Errorf("nobody waits any more: %v", err)
			}
		})
	}
}

func TestNewNeedsItsParts(t *testing.T) {
	db := sqltest.SQLite(t)
	r := failing{}
	for what, cfg := range map[string]Config{
		"nothing":         {},
		"no runner":       {Accounts: db.Accounts()},
		"no accounts":     {Runner: r},
		"service a path":  {Accounts: db.Accounts(), Runner: r, Service: "../shadow"},
		"service upper":   {Accounts: db.Accounts(), Runner: r, Service: "Login"},
		"service NUL":     {Accounts: db.Accounts(), Runner: r, Service: "login\x00"},
		"relative folder": {Accounts: db.Accounts(), Runner: r, ConfDir: "pam.d"},
	} {
		if _, err := newAuthenticator(cfg); err == nil {
			t.Errorf("%s: no error", what)
		}
	}
	_, err := New(Config{Accounts: db.Accounts(), Runner: r})
	if built && err != nil || !built && !errors.Is(err, ErrNotBuilt) {
		t.Errorf("built %v: %v", built, err)
	}
	if !built {
		for _, name := range []string{"tags pam", "libpam0g-dev"} {
			if !strings.Contains(err.Error(), name) {
				t.Errorf("%v does not name %q", err, name)
			}
		}
		if found := Check(t.Context(), CheckConfig{}); len(found) != 1 || found[0].Warning || found[0].Text != ErrNotBuilt.Error() {
			t.Errorf("check: %+v", found)
		}
	}
}
