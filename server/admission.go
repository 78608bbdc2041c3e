package server

import (
	"context"
	"encoding/base64"
	"net/http"
	"strings"

	"countersign/methods"
	"countersign/session"
)

// admit turns the request's credentials into a caller. It runs before the body is
// read and never fails: a caller whose credentials do not hold is anonymous, and is
// refused by what it may not call.
//
// Credentials are taken from the Authorization header only, as Basic sessionid:kp3
// (phpgroupware contract §1.1): never from the URL, which ends up in logs.
func (x *exchange) admit(ctx context.Context, h http.Header) {
	values := h["Authorization"]
	if len(values) == 0 {
		return
	}
	pair, ok := basicPair(values)
	if !ok {
		x.rejected = session.ErrInvalid
		return
	}
	s, err := x.server.cfg.Sessions.Check(ctx, pair)
	// A client that names itself a server must hold a server's session
	// (phpgroupware contract §1.2).
	if err == nil && x.client.ServerLogin && !s.Server {
		err = session.ErrInvalid
	}
	if err != nil {
		x.rejected = err
		return
	}
	x.session = s
	a := &s.Identity.Account
	x.callerStorage = methods.Caller{
		ID: a.ID, Name: a.Name, Number: a.Owner(), Server: s.Server, ReadOnly: s.ReadOnly,
		Rights: s.Identity.Grants,
	}
	x.caller = &x.callerStorage
}

// basicLength is the length of base64(sessionid:kp3).
const basicLength = (2*session.SecretDigits + 1 + 2) / 3 * 4

// basicPair reads "Basic base64(sessionid:kp3)": one header, the scheme in any case,
// blanks behind it optional (phpgroupware contract §1.1), strict base64.
func basicPair(values []string) (session.Pair, bool) {
	const scheme = "Basic"
	if len(values) != 1 || len(values[0]) < len(scheme) || !strings.EqualFold(values[0][:len(scheme)], scheme) {
		return session.Pair{}, false
	}
	encoded := strings.Trim(values[0][len(scheme):], " ")
	if len(encoded) != basicLength {
		return session.Pair{}, false
	}
	var in [basicLength]byte
	var out [basicLength / 4 * 3]byte
	copy(in[:], encoded)
	n, err := strictBase64.Decode(out[:], in[:])
	if err != nil {
		return session.Pair{}, false
	}
	return session.ParsePair(out[:n])
}

var strictBase64 = base64.StdEncoding.Strict()
