package dialect

import (
	"net/url"
	"slices"
	"strconv"
	"strings"

	"countersign/methods"
	"countersign/server/wire"
)

// bugzillaPrepare makes named arguments of the one struct that these clients send, and
// takes the credentials out of it (bugzilla contract §6, §8).
func bugzillaPrepare(c *Incoming) {
	sent := c.Named
	if sent == nil {
		if len(c.Params) > 0 && c.Params[0].Type() != methods.TypeStruct && !slices.Contains(c.Entry.Module.Families, "bugzilla") {
			sent = nil // a method of everybody's, called by position
		} else {
			if len(c.Params) > 0 {
				sent = c.Params[0].Members()
			}
			c.Params, c.Named = nil, []methods.Member{}
		}
	}
	exempt := slices.Contains(bugzillaExempt, c.Entry.FullName)
	c.NeedsCaller = !exempt
	if c.Entry.FullName == bugzillaLoginMethod {
		sent = rename(sent, bugzillaLoginNames)
	} else {
		bugzillaCredentials(c, methods.Struct(sent...), exempt)
	}
	if c.Params == nil {
		c.Named = bugzillaArguments(c.Entry, methods.Struct(sent...))
	}
}

// bugzillaArguments picks what the method takes; a bare scalar is a list of one.
func bugzillaArguments(e *methods.Entry, sent methods.Value) []methods.Member {
	named := make([]methods.Member, 0, len(e.Params()))
	for _, p := range e.Params() {
		v, ok := sent.Field(p.Name)
		if !ok {
			continue
		}
		if p.Schema.Type == methods.TypeArray && v.Type() != methods.TypeArray && !v.IsNil() {
			v = methods.Array(v)
		}
		named = append(named, methods.M(p.Name, v))
	}
	return named
}

// bugzillaLoginNames are the names under which User.login may get its arguments.
var bugzillaLoginNames = map[string]string{
	"Bugzilla_login": "login", "Bugzilla_password": "password", "Bugzilla_restrictlogin": "restrict_login",
}

func rename(sent []methods.Member, names map[string]string) []methods.Member {
	out := make([]methods.Member, len(sent))
	for i, m := range sent {
		out[i] = m
		if name, ok := names[m.Name]; ok {
			out[i].Name = name
		}
	}
	return out
}

// bugzillaCredentials finds the credentials among the arguments, or else in the headers
// of Bugzilla's own. Of a password, a token and a key the first that is there decides.
func bugzillaCredentials(c *Incoming, sent methods.Value, exempt bool) {
	argument := func(long, short string) string {
		if v := credentialText(sent, long); v != "" || c.Entry.Takes(short) {
			return v
		}
		return credentialText(sent, short)
	}
	login := wire.Credential{User: credentialText(sent, "Bugzilla_login"), Password: passwordText(sent, "Bugzilla_password")}
	_, hasLogin := sent.Field("login")
	_, hasPassword := sent.Field("password")
	// The short names are renamed as a pair only.
	if hasLogin && hasPassword && !(c.Entry.Takes("login") && c.Entry.Takes("password")) {
		login = wire.Credential{User: credentialText(sent, "login"), Password: passwordText(sent, "password")}
	}
	h := func(name string) string { return strings.TrimSpace(unescaped(c.Headers.Get(name))) }
	for i, offered := range []wire.Credential{
		login, {Token: argument("Bugzilla_token", "token")}, {Key: argument("Bugzilla_api_key", "api_key")},
		{User: h("X-Bugzilla-Login"), Password: unescaped(c.Headers.Get("X-Bugzilla-Password"))},
		{Token: h("X-Bugzilla-Token")}, {Key: h("X-Bugzilla-Api-Key")},
	} {
		if offered.None() || exempt && offered.User == "" && c.Entry.FullName != bugzillaLenient {
			continue
		}
		c.Credential, c.InArguments = offered, i < 3
		break
	}
	// The number before the dash is for people; what counts is behind it.
	if _, secret, dashed := strings.Cut(c.Credential.Token, "-"); dashed {
		c.Credential.Token = secret
	}
	c.Strict = !exempt || c.Credential.User != ""
}

// unreadable is a credential that proves nothing: one that is there and cannot be read
// must not count as none.
const unreadable = "?"

// credentialText is a member's text without blanks around it; "" if it is not there.
func credentialText(sent methods.Value, name string) string {
	v, _ := sent.Field(name)
	switch v.Type() {
	case methods.TypeNil:
		return ""
	case methods.TypeString:
		return strings.TrimSpace(v.Text())
	}
	return unreadable
}

// passwordText is a password as it was sent: it may begin and end with blanks, and
// clients that guess types send digits as a number.
func passwordText(sent methods.Value, name string) string {
	v, _ := sent.Field(name)
	switch v.Type() {
	case methods.TypeNil:
		return ""
	case methods.TypeString:
		return v.Text()
	case methods.TypeInt, methods.TypeLong:
		return strconv.FormatInt(v.Int(), 10)
	}
	return unreadable
}

// unescaped decodes a header's value, which may be percent-encoded.
func unescaped(value string) string {
	if plain, err := url.PathUnescape(value); err == nil {
		return plain
	}
	return value
}
