package system

import (
	"context"
	"errors"
	"strings"

	"countersign/methods"
	"countersign/methods/signin"
	"countersign/session"
	"countersign/session/account"
)

// phpgwProfile tells the two profiles apart (phpgroupware contract §0).
type phpgwProfile struct {
	// legacy is profile A1, August 2001: the login answer has no domain, and a
	// server_name without a dot is a user's domain.
	legacy bool
}

func (m *module) phpgw(p phpgwProfile) []methods.Method {
	login := func(ctx context.Context, c *methods.Call, in phpgwLoginIn) (methods.Value, error) {
		return m.loginPHPGW(ctx, c, in.Login, p)
	}
	public, small := methods.Public(), methods.MaxBody(signin.MaxBody)
	return []methods.Method{
		methods.New("login", "Logs a user, or with server_name a server, in. Gives sessionid and kp3, or GOAWAY.", public, login, small, methods.ForReaders(), methods.Answered()).As(methods.TypeStruct),
		methods.New("logout", "Ends the session of sessionid and kp3. Gives GOODBYE.", public, m.logoutPHPGW, small, methods.ForReaders()).As(methods.TypeStruct),
	}
}

// phpgwLogin is the struct of phpgroupware contract §2.1. A missing name or password
// is a refused login, not a fault.
type phpgwLogin struct {
	ServerName text `rpc:"server_name,optional" help:"host name, for a server's login"`
	Username   text `rpc:"username,optional"`
	Password   text `rpc:"password,optional"`
	Domain     text `rpc:"domain,optional" help:"name of the instance: default, or nothing"`
}

type phpgwLoginIn struct {
	Login phpgwLogin `rpc:"login"`
}

// defaultDomain is the name of the one instance there is.
const defaultDomain = "default"

var (
	goAway  = methods.Struct(methods.M("GOAWAY", methods.String("XOXO")))
	goodbye = methods.Struct(methods.M("GOODBYE", methods.String("XOXO")))
	oops    = methods.Struct(methods.M("OOPS", methods.String("WHAT?")))
)

func (m *module) loginPHPGW(ctx context.Context, c *methods.Call, in phpgwLogin, p phpgwProfile) (methods.Value, error) {
	cred, err := m.phpgwCredentials(ctx, c, in, p)
	if err != nil {
		return methods.Value{}, err
	}
	g, err := m.login(ctx, c, cred, session.Terms{})
	if e, ok := errors.AsType[*methods.Error](err); ok && (e.Kind == methods.KindLoginRefused || e.Kind == methods.KindThrottled) {
		return goAway, nil
	} else if err != nil {
		return methods.Value{}, err
	}
	answer := []methods.Member{
		methods.M("sessionid", methods.String(g.Pair.ID.Reveal())),
		methods.M("kp3", methods.String(g.Pair.Key.Reveal())),
	}
	if !p.legacy {
		domain := defaultDomain
		if cred.Kind == account.Server {
			domain = ""
		}
		answer = append([]methods.Member{methods.M("domain", methods.String(domain))}, answer...)
	}
	return methods.Struct(answer...), nil
}

// phpgwCredentials decides which kind of login is meant (phpgroupware contract §1.2):
// the header of a server means a server's login only; otherwise server_name decides.
func (m *module) phpgwCredentials(ctx context.Context, c *methods.Call, in phpgwLogin, p phpgwProfile) (session.Credentials, error) {
	user := session.Credentials{
		Kind: account.User, Password: session.Password(in.Password),
		Name: strings.TrimSuffix(string(in.Username), "@"+defaultDomain),
	}
	server := session.Credentials{
		Kind: account.Server, Name: string(in.ServerName), Login: string(in.Username),
		Password: session.Password(in.Password),
	}
	if !p.legacy && in.Domain != "" && in.Domain != defaultDomain {
		user.Name = "" // another instance's user is nobody here
	}
	switch {
	case c.Client.ServerLogin:
		return server, nil
	case in.ServerName == "", p.legacy && !strings.Contains(string(in.ServerName), "."):
		return user, nil
	case !p.legacy:
		return server, nil
	}
	known, err := m.cfg.Sessions.Knows(ctx, account.Server, string(in.ServerName))
	if err != nil {
		return session.Credentials{}, sessionError(err)
	}
	if known {
		return server, nil
	}
	return user, nil
}

// logoutPHPGW says GOODBYE also to sessions that are unknown or ended; OOPS only where
// the original said it (phpgroupware contract §2.2).
func (m *module) logoutPHPGW(ctx context.Context, c *methods.Call, in logoutIn) (methods.Value, error) {
	if in.Session.SessionID == "" && in.Session.Key != "" {
		return oops, nil
	}
	if _, err := m.endPair(ctx, c, in.Session); err != nil {
		return methods.Value{}, err
	}
	return goodbye, nil
}
