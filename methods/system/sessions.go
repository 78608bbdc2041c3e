package system

import (
	"context"
	"errors"
	"math"
	"strings"
	"time"

	"countersign/methods"
	"countersign/methods/signin"
	"countersign/session"
	"countersign/session/account"
	"countersign/session/audit"
)

func (m *module) ownSessions() []methods.Method {
	any, ro := methods.AnySession(), methods.ReadOnly()
	return []methods.Method{
		methods.New("listSessions", "Lists the caller's live sessions, newest first; with the right "+manageSessions+" also another user's, or with * everybody's.", any, m.listSessions, ro),
		methods.New("endSession", "Ends a session by its public id: one of the caller's, or with the right "+manageSessions+" anybody's.", any, m.endSession),
		methods.New("createChild", "Makes a session from this one, with fewer rights, read-only or shorter; it ends with this one.", any, m.createChild, methods.Answered()),
		methods.New("setPassword", "Changes the caller's password and ends the caller's other sessions. Takes the old and the new one.", any, m.setPassword, methods.MaxBody(signin.MaxBody)),
	}
}

type userIn struct {
	User string `rpc:"user,optional" help:"login name; the caller's own if left out"`
}

type sessionInfo struct {
	Session         string    `rpc:"session" help:"public id"`
	User            string    `rpc:"user,omitempty"`
	Created         time.Time `rpc:"created"`
	Seen            time.Time `rpc:"seen" help:"last use, up to a minute early"`
	IdleExpires     time.Time `rpc:"idle_expires,omitempty"`
	AbsoluteExpires time.Time `rpc:"absolute_expires"`
	Kind            string    `rpc:"kind" help:"user or server"`
	ReadOnly        bool      `rpc:"read_only"`
	Child           bool      `rpc:"child"`
	Scope           []string  `rpc:"scope,omitempty" help:"permissions it is narrowed to"`
	Peer            string    `rpc:"peer,omitempty" help:"address of the login"`
	Endpoint        string    `rpc:"endpoint,omitempty" help:"path of the login"`
	Agent           string    `rpc:"agent,omitempty" help:"the client's description of itself"`
	Current         bool      `rpc:"current" help:"the session of this very call"`
}

func (m *module) listSessions(ctx context.Context, c *methods.Call, in userIn) ([]sessionInfo, error) {
	id, err := m.subject(ctx, c, in.User, manageSessions)
	if err != nil {
		return nil, err
	}
	infos, err := m.cfg.Sessions.List(ctx, id)
	if err != nil {
		return nil, sessionError(err)
	}
	names := map[string]string{c.Caller.ID: c.Caller.Name}
	out := make([]sessionInfo, 0, len(infos))
	for _, i := range infos {
		name, known := names[i.Account]
		if !known {
			a, err := m.cfg.Accounts.Get(ctx, i.Account)
			if err != nil && !errors.Is(err, account.ErrNotFound) {
				return nil, unreachable(err)
			}
			name, names[i.Account] = a.Name, a.Name
		}
		out = append(out, infoOut(i, name, methods.PublicID(i.Public) == c.Session.ID))
	}
	return out, nil
}

func infoOut(i session.Info, user string, current bool) sessionInfo {
	kind := account.User
	if i.Server {
		kind = account.Server
	}
	return sessionInfo{
		Session: i.Public.String(), User: user, Created: i.Created, Seen: i.Seen,
		IdleExpires: i.IdleEnds, AbsoluteExpires: i.End, Kind: string(kind), ReadOnly: i.ReadOnly,
		Child: i.Child, Scope: strings.Fields(i.Scope), Peer: i.Peer, Endpoint: i.Endpoint, Agent: i.Agent,
		Current: current,
	}
}

// subject gives the account that a call is about: the caller's own, or for holders of
// the right another user's; "*" is everybody, "".
func (m *module) subject(ctx context.Context, c *methods.Call, user, right string) (string, error) {
	if user == "" || user == c.Caller.Name && !c.Caller.Server {
		return c.Caller.ID, nil
	}
	if !c.Caller.Allows(right) {
		return "", c.Env.Deny(c.Entry, right, methods.Errorf(methods.KindPermissionDenied, "permission %s is missing", right))
	}
	if user == "*" {
		return "", nil
	}
	a, err := m.cfg.Accounts.Find(ctx, account.User, user)
	switch {
	case errors.Is(err, account.ErrNotFound):
		return "", methods.Errorf(methods.KindNotFound, "no user of that name")
	case err != nil:
		return "", unreachable(err)
	}
	return a.ID, nil
}

// account loads an account that was there just now.
func (m *module) account(ctx context.Context, id string) (account.Account, error) {
	a, err := m.cfg.Accounts.Get(ctx, id)
	switch {
	case errors.Is(err, account.ErrNotFound):
		return a, methods.Wrap(methods.KindNotFound, err, "the account was removed just now")
	case err != nil:
		return a, unreachable(err)
	}
	return a, nil
}

func unreachable(err error) error {
	return busy(err, "accounts cannot be read at the moment; try again")
}

type publicIn struct {
	ID string `rpc:"id" help:"public id, 16 hex digits"`
}

func (m *module) endSession(ctx context.Context, c *methods.Call, in publicIn) (bool, error) {
	public, ok := session.ParsePublicID(in.ID)
	if !ok {
		return false, &methods.ArgumentError{Param: 1, Reason: "a public id has 16 hex digits"}
	}
	if methods.PublicID(public) != c.Session.ID {
		if err := signin.WholeSession(ctx, c); err != nil {
			return false, err
		}
		own, err := m.cfg.Sessions.List(ctx, c.Caller.ID)
		if err != nil {
			return false, sessionError(err)
		}
		if !holds(own, public) && !c.Caller.Allows(manageSessions) {
			return false, c.Env.Deny(c.Entry, manageSessions, errNoSession)
		}
	}
	err := m.cfg.Sessions.Revoke(ctx, public, by(c))
	if errors.Is(err, session.ErrNotFound) {
		return false, errNoSession
	} else if err != nil {
		return false, sessionError(err)
	}
	return true, nil
}

var errNoSession = methods.Errorf(methods.KindNotFound, "no such session")

func holds(infos []session.Info, public session.PublicID) bool {
	for _, i := range infos {
		if i.Public == public {
			return true
		}
	}
	return false
}

type childIn struct {
	Wish struct {
		ReadOnly bool     `rpc:"read_only,optional" help:"true: it can change nothing"`
		Scope    []string `rpc:"scope,optional" help:"permissions it is narrowed to; * as last component covers all below"`
		Idle     int      `rpc:"idle,optional" help:"seconds it may be unused"`
		Lifetime int      `rpc:"lifetime,optional" help:"seconds until it ends at the latest"`
	} `rpc:"wish,optional" help:"what it shall be less in"`
}

func (m *module) createChild(ctx context.Context, c *methods.Call, in childIn) (loginOut, error) {
	if err := signin.WholeSession(ctx, c); err != nil {
		return loginOut{}, err
	}
	idle, err := seconds(1, ".idle", in.Wish.Idle)
	if err != nil {
		return loginOut{}, err
	}
	life, err := seconds(1, ".lifetime", in.Wish.Lifetime)
	if err != nil {
		return loginOut{}, err
	}
	parent, _ := session.FromContext(ctx)
	g, err := m.cfg.Sessions.OpenChild(ctx, parent, session.Terms{
		ReadOnly: in.Wish.ReadOnly, Origin: origin(c),
		Idle: idle, Absolute: life,
	}, in.Wish.Scope, by(c))
	if errors.Is(err, account.ErrScope) {
		return loginOut{}, &methods.ArgumentError{Param: 1, Path: ".scope", Reason: "not a list of permissions"}
	} else if errors.Is(err, session.ErrTooMany) {
		return loginOut{}, methods.Wrap(methods.KindTooLarge, err, "the account has as many child sessions as it may")
	} else if err != nil {
		return loginOut{}, sessionError(err)
	}
	return grantOut(g), nil
}

// seconds is a length of time that a caller gave as the path of a parameter.
func seconds(param int, path string, n int) (time.Duration, error) {
	const most = int64(math.MaxInt64 / time.Second) // 292 years
	switch {
	case n < 0:
		return 0, &methods.ArgumentError{Param: param, Path: path, Reason: "a length of time is negative"}
	case int64(n) > most:
		return 0, &methods.ArgumentError{Param: param, Path: path, Reason: "a length of time is beyond all bounds"}
	}
	return time.Duration(n) * time.Second, nil
}

type passwordIn struct {
	Old text `rpc:"old" help:"the password until now"`
	New text `rpc:"new" help:"the password from now on"`
}

var errNoPassword = methods.Errorf(methods.KindApplication, "this account has no password here: it is kept elsewhere")

// setPassword asks for the old password again: a session that was left open must not
// be enough (requirements SES-17).
func (m *module) setPassword(ctx context.Context, c *methods.Call, in passwordIn) (bool, error) {
	if err := signin.WholeSession(ctx, c); err != nil {
		return false, err
	}
	// Who is proven elsewhere, as by PAM, must not get round that by a password of ours.
	a, err := m.account(ctx, c.Caller.ID)
	switch {
	case err != nil:
		return false, err
	case a.PasswordHash == "":
		return false, errNoPassword
	}
	if err := c.Env.ReserveLogin(); err != nil {
		return false, err
	}
	own, _ := session.FromContext(ctx)
	_, _, err = m.cfg.Sessions.Password(ctx, session.Credentials{
		Kind: own.Identity.Account.Kind, Name: c.Caller.Name, Login: own.Identity.Account.Login,
		Password: session.Password(in.Old), Peer: c.Client.Peer,
	}, origin(c))
	if err != nil {
		return false, loginError(err)
	}
	if err := m.cfg.Policy.CheckNew(string(in.New), c.Caller.Name); err != nil {
		return false, &methods.ArgumentError{Param: 2, Reason: err.Error()}
	}
	hash, err := m.cfg.Hash(ctx, string(in.New))
	if err != nil {
		return false, busy(err, "the password cannot be changed at the moment; try again")
	}
	event := signin.About(c, audit.AccountPassword, &a)
	err = signin.Change(m.cfg.Audit, []audit.Event{event}, func() error {
		err := m.cfg.Accounts.SetPassword(ctx, c.Caller.ID, hash, own.Digest(), m.cfg.Now())
		return uncertain(err)
	})
	if err != nil {
		return false, err
	}
	if err := m.cfg.Sessions.CatchUp(ctx); err != nil {
		return false, busy(err, "the password is changed; other sessions end within seconds")
	}
	return true, nil
}

// uncertain is the error of a change that the store did not confirm.
func uncertain(err error) error {
	if err == nil {
		return nil
	}
	return methods.Wrap(methods.KindOutcomeUnknown, err, "the outcome is unknown; it is safe to ask again")
}
