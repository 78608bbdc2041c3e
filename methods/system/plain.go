package system

import (
	"context"
	"errors"
	"time"

	"countersign/methods"
	"countersign/methods/signin"
	"countersign/session"
	"countersign/session/account"
)

func (m *module) plain() []methods.Method {
	public, small := methods.Public(), methods.MaxBody(signin.MaxBody)
	const loginHelp = "Logs a user in. Gives sessionid and kp3, to be sent as HTTP Basic sessionid:kp3 with every later call."
	const logoutHelp = "Ends the session of the Authorization header, or the one whose sessionid and kp3 are given."
	return []methods.Method{
		methods.Overload(
			methods.New("login", loginHelp, public, m.loginStruct, small, methods.ForReaders(), methods.Answered()),
			methods.New("login", loginHelp, public, m.loginStrings, small),
			methods.New("login", loginHelp, public, m.loginContinue, small),
		),
		methods.Overload(
			methods.New("logout", logoutHelp, public, m.logoutOwn, small, methods.ForReaders()),
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

// loginRequest is the struct form of a login, with its wishes.
type loginRequest struct {
	credentials
	ReadOnly bool `rpc:"read_only,optional" help:"true: a session that can change nothing"`
	Cookie   bool `rpc:"cookie,optional" help:"true: hand the session out as a cookie too"`
}

type loginStructIn struct {
	Login loginRequest `rpc:"login" help:"username and password"`
}

type loginStringsIn credentials

type loginContinueIn struct {
	More struct {
		Nonce   string   `rpc:"nonce" help:"as login gave it"`
		Answers []string `rpc:"answers" help:"one for each prompt, in order"`
		Cookie  bool     `rpc:"cookie,optional" help:"true: hand the session out as a cookie too"`
	} `rpc:"more" help:"nonce and answers, when login asked for more"`
}

// loginOut is the answer to a login in the plain dialect: the session, or what more is
// asked.
type loginOut struct {
	SessionID       string    `rpc:"sessionid,omitempty" help:"32 hex digits"`
	Key             string    `rpc:"kp3,omitempty" help:"32 hex digits"`
	User            string    `rpc:"user,omitempty" help:"login name"`
	IdleExpires     time.Time `rpc:"idle_expires,omitempty" help:"UTC; when the session ends unless it is used"`
	AbsoluteExpires time.Time `rpc:"absolute_expires,omitempty" help:"UTC; when the session ends at the latest"`
	Nonce           string    `rpc:"nonce,omitempty" help:"more is asked: call login again with nonce and answers"`
	Prompts         []prompt  `rpc:"prompts,omitempty" help:"what to ask the user"`
}

type prompt struct {
	Text string `rpc:"prompt" help:"what to show"`
	Echo bool   `rpc:"echo" help:"whether the answer may be seen while it is typed"`
	Info bool   `rpc:"info,omitempty" help:"a message only; its answer is empty"`
}

func (m *module) loginStruct(ctx context.Context, c *methods.Call, in loginStructIn) (loginOut, error) {
	return m.loginPlain(ctx, c, in.Login)
}

func (m *module) loginStrings(ctx context.Context, c *methods.Call, in loginStringsIn) (loginOut, error) {
	return m.loginPlain(ctx, c, loginRequest{credentials: credentials(in)})
}

func (m *module) loginPlain(ctx context.Context, c *methods.Call, in loginRequest) (loginOut, error) {
	g, err := m.login(ctx, c, session.Credentials{
		Kind: account.User, Name: string(in.Username), Password: session.Password(in.Password),
	}, session.Terms{ReadOnly: in.ReadOnly, Converse: true})
	return m.answerLogin(c, g, err, in.Cookie)
}

func (m *module) loginContinue(ctx context.Context, c *methods.Call, in loginContinueIn) (loginOut, error) {
	answers := make([]session.Password, len(in.More.Answers))
	for i, a := range in.More.Answers {
		answers[i] = session.Password(a)
	}
	g, err := m.door().Continue(ctx, c, in.More.Nonce, answers)
	return m.answerLogin(c, g, err, in.More.Cookie)
}

// answerLogin turns the outcome of a login into its answer.
func (m *module) answerLogin(c *methods.Call, g session.Grant, err error, cookie bool) (loginOut, error) {
	if more, ok := errors.AsType[*session.More](err); ok {
		out := loginOut{Nonce: more.Nonce.Reveal()}
		for _, p := range more.Prompts {
			out.Prompts = append(out.Prompts, prompt{p.Text, p.Echo, p.Info})
		}
		return out, nil
	}
	if err != nil {
		return loginOut{}, err
	}
	if cookie && !c.Env.KeepLogin(g.Pair.Token(), g.Session.End) {
		m.cfg.Sessions.Withdraw(&g.Session, by(c))
		return loginOut{}, methods.Errorf(methods.KindInvalidParams, "there are no cookies for this request; --cookie-keys switches them on at the server")
	}
	return grantOut(g), nil
}

func grantOut(g session.Grant) loginOut {
	return loginOut{
		SessionID: g.Pair.ID.Reveal(), Key: g.Pair.Key.Reveal(), User: g.Session.Identity.Account.Name,
		IdleExpires: g.Session.IdleEnds, AbsoluteExpires: g.Session.End,
	}
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
	own, ok := session.FromContext(ctx)
	if !ok {
		return false, methods.Errorf(methods.KindInvalidRequest, "this call came without a session")
	}
	if err := m.cfg.Sessions.End(ctx, own, by(c)); err != nil {
		return false, sessionError(err)
	}
	c.Env.DropLogin()
	return true, nil
}

func (m *module) logoutAll(ctx context.Context, c *methods.Call, _ struct{}) (int, error) {
	if err := signin.WholeSession(ctx, c); err != nil {
		return 0, err
	}
	n, err := m.cfg.Sessions.RevokeAccount(ctx, c.Caller.ID, nil, by(c))
	if err != nil {
		return 0, sessionError(err)
	}
	c.Env.DropLogin()
	return n, nil
}

// sessionOut is the answer of system.session.
type sessionOut struct {
	Session         string    `rpc:"session,omitempty" help:"public id; names the session in lists and opens nothing"`
	User            string    `rpc:"user" help:"login name, or a server's host name"`
	Account         int64     `rpc:"account" help:"account number"`
	Kind            string    `rpc:"kind" help:"user or server"`
	ReadOnly        bool      `rpc:"read_only"`
	IdleExpires     time.Time `rpc:"idle_expires,omitempty" help:"UTC; when the session ends unless it is used"`
	AbsoluteExpires time.Time `rpc:"absolute_expires,omitempty" help:"UTC; when the session ends at the latest"`
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
