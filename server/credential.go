package server

import (
	"encoding/base64"
	"net/http"
	"strings"

	"countersign/server/wire"
	"countersign/session"
	"countersign/session/apikey"
)

// credential is what a request offers to prove who it comes from. The order in which
// they are looked for is documented at credentialOf; the first that is there decides.
type credential struct {
	kind     credentialKind
	pair     session.Pair     // of a session
	proof    session.Proof    // of pair, when it was needed
	user     string           // whom it must belong to; "" for anybody
	password session.Password // of user
	key      apikey.Text
	// as is what it was offered as, for the wording of its refusal; noCredential where
	// only its look tells.
	as credentialKind
}

type credentialKind uint8

const (
	noCredential  credentialKind = iota
	badCredential                // there is one, and it cannot be read
	ofSession
	ofPassword
	ofKey
)

// credentialOf looks for credentials, in this order:
//
//  1. Authorization: Basic sessionid:kp3 — a session (phpgroupware contract §1.1)
//  2. Authorization: Basic USER:TOKEN, or with an empty user — a session of that user;
//     the token is sessionid and kp3, with or without a colon between
//  3. Authorization: Basic USER:PASSWORD — verified for this call
//  4. Authorization: Bearer TOKEN, or an API key
//  5. the session cookie, only if there is no Authorization header, and not for a GET
//
// A dialect or a document may offer one of its own, which then stands instead of these.
//
// A bad credential never falls through to a weaker one. Nothing is taken from the URL,
// which ends up in logs, unless the endpoint's row says so. What is shaped like a session's secrets is only looked
// up, never tried as a password.
func (s *Server) credentialOf(h http.Header, cookies bool) (c credential, fromCookie bool) {
	values := h["Authorization"]
	switch len(values) {
	case 0:
		if !cookies || s.cfg.Cookies == nil || len(h["Cookie"]) == 0 {
			return credential{}, false
		}
		pair, found := s.cfg.Cookies.Read(h)
		if !found {
			return credential{}, false
		}
		return credential{kind: ofSession, pair: pair}, true
	case 1:
	default:
		return credential{kind: badCredential}, false
	}
	if rest, ok := scheme(values[0], "Basic"); ok {
		return basic(rest), false
	}
	if rest, ok := scheme(values[0], "Bearer"); ok {
		return bearer(rest), false
	}
	return credential{kind: badCredential}, false
}

// scheme cuts an authorization scheme off, in any case, blanks behind it optional.
func scheme(value, name string) (rest string, ok bool) {
	if len(value) < len(name) || !strings.EqualFold(value[:len(name)], name) {
		return "", false
	}
	return strings.Trim(value[len(name):], " "), true
}

const (
	// pairLength is the length of base64(sessionid:kp3).
	pairLength = (2*session.SecretDigits + 1 + 2) / 3 * 4
	// basicMost bounds what is decoded: 255 bytes of name, 1024 of password.
	basicMost = 2048
)

var strictBase64 = base64.StdEncoding.Strict()

// basic reads the base64 part of Basic credentials.
func basic(encoded string) credential {
	if len(encoded) == pairLength {
		var in [pairLength]byte
		var out [pairLength / 4 * 3]byte
		copy(in[:], encoded)
		n, err := strictBase64.Decode(out[:], in[:])
		if err != nil {
			return credential{kind: badCredential}
		}
		if pair, ok := session.ParsePair(out[:n]); ok {
			return credential{kind: ofSession, pair: pair}
		}
	}
	if len(encoded) > basicMost {
		return credential{kind: badCredential}
	}
	decoded, err := strictBase64.DecodeString(encoded)
	if err != nil {
		return credential{kind: badCredential}
	}
	user, password, ok := strings.Cut(string(decoded), ":")
	if !ok {
		return credential{kind: badCredential}
	}
	if pair, ok := session.ParseToken(password); ok {
		return credential{kind: ofSession, pair: pair, user: user}
	}
	// No account can have a name that is shaped like a sessionid (account.CheckName): what
	// comes with one is a session's pair that was copied badly.
	if _, shaped := session.ParseSecret(user); shaped || user == "" || password == "" {
		return credential{kind: badCredential}
	}
	return credential{kind: ofPassword, user: user, password: session.Password(password)}
}

// offered reads what a document or a dialect's own header offers.
func offered(c wire.Credential) credential {
	switch {
	case c.User != "" || c.Password != "":
		// What is shaped like a session's secrets is never tried as a password.
		if _, shaped := session.ParseToken(c.Password); shaped || c.User == "" || c.Password == "" {
			return credential{kind: badCredential, as: ofPassword}
		}
		return credential{kind: ofPassword, as: ofPassword, user: c.User, password: session.Password(c.Password)}
	case c.Token != "":
		if pair, ok := session.ParseToken(c.Token); ok {
			return credential{kind: ofSession, as: ofSession, pair: pair}
		}
		return credential{kind: badCredential, as: ofSession}
	default:
		if key, ok := apikey.ParseText(c.Key); ok {
			return credential{kind: ofKey, as: ofKey, key: key}
		}
		return credential{kind: badCredential, as: ofKey}
	}
}

func bearer(token string) credential {
	if pair, ok := session.ParseToken(token); ok {
		return credential{kind: ofSession, pair: pair}
	}
	if key, ok := apikey.ParseText(token); ok {
		return credential{kind: ofKey, key: key}
	}
	return credential{kind: badCredential}
}
