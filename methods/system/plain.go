package system

import (
	"context"
	"time"

	"countersign/methods"
	"countersign/session"
	"countersign/session/account"
)

func (m *module) plain() []methods.Method {
	public, small := methods.Public(), methods.MaxBody(smallBody)
	const loginHelp = "Logs a user in. Gives sessionid and kp3, to be sent as HTTP Basic sessionid:kp3 with every later call."
	const logoutHelp = "Ends the session of the Authorization header, or the one whose sessionid and kp3 are given."
	return []methods.Method{
		methods.Overload(
			methods.New("login", loginHelp, public, m.loginStruct, small),
			methods.New("login", loginHelp, public, m.loginStrings, small),
		),
		methods.Overload(
			methods.New("logout", logoutHelp, public, m.logoutOwn, small),
			methods.New("logout", logoutHelp, public, m.logoutStruct, small),
		),
		methods.New("logoutAll", "Ends all sessions of the caller, this one too, and tells how many there were.", methods.AnySession(), m.logoutAll),
		methods.New("session", "Tells who is logged in and when the session ends; does not prolong it.", methods.AnySession(), m.session, methods.ReadOnly(), methods.Quiet()),
	}
}

type credentials struct {
	Username text `rpc:"username" help:"login name"`
	Password text `rpc:"password" help:"password, bytes as they are"`
}

type loginStructIn struct {
	Login credentials `rpc:"login" help:"username and password"`
}

type loginStringsIn struct {
	Username text `rpc:"username" help:"login name"`
	Password text `rpc:"password" help:"password, bytes as they are"`
}

// loginOut is the answer to a login in the plain dialect.
type loginOut struct {
	SessionID       string    `rpc:"sessionid" help:"32 hex digits"`
	Key             string    `rpc:"kp3" help:"32 hex digits"`
	User            string    `rpc:"user" help:"login name"`
	IdleExpires     time.Time `rpc:"idle_expires" help:"UTC; when the session ends unless it is used"`
	AbsoluteExpires time.Time `rpc:"absolute_expires" help:"UTC; when the session ends at the latest"`
}

func (m *module) loginStruct(ctx context.Context, c *methods.Call, in loginStructIn) (loginOut, error) {
	return m.loginPlain(ctx, c, in.Login)
}

func (m *module) loginStrings(ctx context.Context, c *methods.Call, in loginStringsIn) (loginOut, error) {
	return m.loginPlain(ctx, c, credentials(in))
}

func (m *module) loginPlain(ctx context.Context, c *methods.Call, in credentials) (loginOut, error) {
	g, err := m.login(ctx, c, session.Credentials{
		Kind: account.User, Name: string(in.Username), Password: session.Password(in.Password),
	})
	if err != nil {
		return loginOut{}, err
	}
	return loginOut{
		SessionID: g.Pair.ID.Reveal(), Key: g.Pair.Key.Reveal(), User: g.Session.Identity.Account.Name,
		IdleExpires: g.Session.IdleEnds, AbsoluteExpires: g.Session.End,
	}, nil
}

// pairIn is a session's pair as logout takes it; other members are ignored, since
// clients send their whole login answer (phpgroupware contract §2.2).
type pairIn struct {
	SessionID string `rpc:"sessionid,optional" help:"32 hex digits"`
	Key       string `rpc:"kp3,optional" help:"32 hex digits"`
}

type logoutIn struct {
	Session pairIn `rpc:"session" help:"sessionid and kp3"`
}

func (m *module) logoutStruct(ctx context.Context, c *methods.Call, in logoutIn) (bool, error) {
	ended, err := m.endPair(ctx, c, in.Session)
	if err == nil && !ended {
		err = methods.Errorf(methods.KindLoginRequired, "no such session")
	}
	return ended, err
}

// endPair ends the session that a pair proves; false if there is none.
func (m *module) endPair(ctx context.Context, c *methods.Call, in pairIn) (bool, error) {
	pair, ok := session.ParsePair(in.SessionID + ":" + in.Key)
	if !ok {
		return false, nil
	}
	ended, err := m.cfg.Sessions.Logout(ctx, pair, by(c))
	if err != nil {
		return false, sessionError(err)
	}
	return ended != nil, nil
}

func (m *module) logoutOwn(ctx context.Context, c *methods.Call, _ struct{}) (bool, error) {
	if c.Caller == nil {
		return false, methods.ErrLoginRequired()
	}
	if err := m.cfg.Sessions.Revoke(ctx, session.PublicID(c.Session.ID), by(c)); err != nil {
		return false, sessionError(err)
	}
	return true, nil
}

func (m *module) logoutAll(ctx context.Context, c *methods.Call, _ struct{}) (int, error) {
	n, err := m.cfg.Sessions.RevokeAccount(ctx, c.Caller.ID, nil, by(c))
	if err != nil {
		return 0, sessionError(err)
	}
	return n, nil
}

// sessionOut is the answer of system.session.
type sessionOut struct {
	Session         string    `rpc:"session" help:"public id; names the session in lists and opens nothing"`
	User            string    `rpc:"user" help:"login name, or a server's host name"`
	Account         int64     `rpc:"account" help:"account number"`
	Kind            string    `rpc:"kind" help:"user or server"`
	ReadOnly        bool      `rpc:"read_only"`
	IdleExpires     time.Time `rpc:"idle_expires" help:"UTC; when the session ends unless it is used"`
	AbsoluteExpires time.Time `rpc:"absolute_expires" help:"UTC; when the session ends at the latest"`
}

func (m *module) session(_ context.Context, c *methods.Call, _ struct{}) (sessionOut, error) {
	kind := account.User
	if c.Caller.Server {
		kind = account.Server
	}
	return sessionOut{
		Session: c.Session.ID.String(), User: c.Caller.Name, Account: c.Caller.Number,
		Kind: string(kind), ReadOnly: c.Caller.ReadOnly,
		IdleExpires: c.Session.IdleEnds, AbsoluteExpires: c.Session.End,
	}, nil
}
