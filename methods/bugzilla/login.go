package bugzilla

import (
	"context"
	"strconv"
	"strings"

	"countersign/methods"
	"countersign/methods/signin"
	"countersign/session"
	"countersign/session/account"
)

type loginIn struct {
	Login    string `rpc:"login,loose" help:"login name; case does not count"`
	Password string `rpc:"password,loose" help:"password"`
	Restrict bool   `rpc:"restrict_login,optional,loose" help:"true: the token holds at the caller's address only"`
}

type loginOut struct {
	ID    int64  `rpc:"id" help:"the user's number"`
	Token string `rpc:"token" help:"what later calls send as Bugzilla_token"`
}

func (m *module) login(ctx context.Context, c *methods.Call, in loginIn) (loginOut, error) {
	name := strings.TrimSpace(in.Login)
	switch {
	case name == "":
		return loginOut{}, missing(c, "login")
	case in.Password == "":
		return loginOut{}, missing(c, "password")
	}
	name, err := account.Resolve(ctx, m.cfg.Accounts, account.User, name)
	if err != nil {
		return loginOut{}, unreachable(err)
	}
	grant, err := m.cfg.door().Login(ctx, c, session.Credentials{
		Kind: account.User, Name: name, Password: session.Password(in.Password),
	}, session.Terms{OnlyPeer: in.Restrict})
	if err != nil {
		return loginOut{}, refusedLogin(err)
	}
	number := grant.Session.Identity.Account.Number
	return loginOut{ID: number, Token: Token(number, grant.Pair)}, nil
}

// Token gives a session in the form of Bugzilla's tokens.
func Token(number int64, pair session.Pair) string {
	return strconv.FormatInt(number, 10) + "-" + strings.ReplaceAll(pair.Token(), ":", "")
}

// refusedLogin gives refusals their number. There is one for all: whether an account is
// disabled is told nobody, because what proves accounts does not tell it either.
func refusedLogin(err error) error {
	if e := methods.AsError(err); e.Kind == methods.KindLoginRefused {
		return &methods.Error{
			Kind: e.Kind, Code: codeRefused, Public: "The login or password you entered is not valid.", Cause: e.Cause,
		}
	}
	return err
}

// logout ends the session that the call came with. An API key is no session, and
// strangers have none; to both it is done (bugzilla contract §13).
func (m *module) logout(ctx context.Context, c *methods.Call, _ struct{}) (methods.Value, error) {
	own, ok := session.FromContext(ctx)
	if !ok {
		return methods.Nil(), nil
	}
	if err := m.cfg.Sessions.End(ctx, own, signin.By(c)); err != nil {
		return methods.Value{}, signin.Error(err)
	}
	c.Env.DropLogin()
	return methods.Nil(), nil
}

type validLoginIn struct {
	Login string `rpc:"login,loose" help:"login name, in its very spelling"`
}

func (m *module) validLogin(_ context.Context, c *methods.Call, in validLoginIn) (bool, error) {
	if in.Login == "" {
		return false, missing(c, "login")
	}
	return c.Caller != nil && !c.Caller.Server && c.Caller.Name == in.Login, nil
}
