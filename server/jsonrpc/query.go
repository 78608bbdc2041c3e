package jsonrpc

import (
	"errors"
	"net/url"
	"strings"
	"unicode/utf8"

	"countersign/methods"
	"countersign/server/wire"
)

// arguments are those of a request by GET (bugzilla contract §3).
type arguments struct {
	jsonrpc, version, method, params, id, callback argument
}

// argument is one of them; an empty one is not the same as none.
type argument struct {
	text  string
	given bool
}

// get answers a request by GET. It is never a notification: who asks by GET waits.
func (x *exchange) get(dst []byte) wire.Reply {
	var a arguments
	err := a.parse(x.req.Get.Query)
	x.call = call{tape: &x.tape, params: -1, version: a.versionAsSent(x.req.Style), id: a.identity(x.req)}
	name, refused := a.callbackName(x.req.Style)
	if err == nil {
		err = refused
	}
	if err == nil {
		err = x.readQuery(&a)
	}
	x.call.err = err
	if name == "" {
		return x.single(dst)
	}
	// A browser resends credentials that it has seen work, to any page that asks with a
	// script element (requirements INP-7).
	x.core.Anonymous()
	dst = append(dst, "/**/"...) // so that no answer begins with bytes that the asker chose
	dst = append(dst, name...)
	reply := x.single(append(dst, '('))
	reply.Body = append(reply.Body, ')')
	reply.ContentType = "text/javascript; charset=UTF-8"
	return reply
}

// readQuery is readCall for a query.
func (x *exchange) readQuery(a *arguments) error {
	if a.method.text == "" {
		return errQueryNoMethod
	}
	if err := x.scanParams(a); err != nil {
		return err
	}
	c := &x.call
	if a.jsonrpc.given && a.jsonrpc.text != "2.0" {
		return errVersion
	}
	c.version = a.versionMeant(x.req.Style)
	if c.method = a.method.text; c.version != wire.JSON20 && !methodName(c.method) {
		return errMethodName
	}
	c.readParams(0)
	return c.err
}

// scanParams puts params on the tape, or what stands for none.
func (x *exchange) scanParams(a *arguments) error {
	text := a.params.text
	switch {
	case a.params.given && text == "":
		return errQueryParams
	case a.params.given:
	case a.versionAsSent(x.req.Style) == wire.JSON11:
		text = "{}"
	default:
		text = "[]"
	}
	err := x.tape.scan(text, x.req.Limits, envelopeDepth-1)
	if e, ok := errors.AsType[*methods.Error](err); ok && e.Code != 0 {
		err = &methods.Error{Kind: e.Kind, Code: codeBadQuery, Public: "params: " + e.Public}
	}
	return err
}

// versionAsSent is that of answers to a query that is no call, and decides what no params
// are: Bugzilla looked at the text itself, before it became a request.
func (a *arguments) versionAsSent(style wire.Style) wire.Version {
	switch {
	case !style.JSONLegacy:
		return a.versionMeant(style)
	case a.jsonrpc.given:
		return wire.JSON20
	case a.version.text == "1.1":
		return wire.JSON11
	}
	return wire.JSON10
}

// versionMeant follows the rule for requests by POST, but that without any mark a query
// is 2.0: nothing else of it tells the versions apart.
func (a *arguments) versionMeant(style wire.Style) wire.Version {
	switch {
	case a.jsonrpc.given:
		return wire.JSON20
	case perlTrue(a.version.text):
		return wire.JSON11
	case style.JSONLegacy:
		return wire.JSON10
	}
	return wire.JSON20
}

// identity is the id of the answer: always a text, since a query has no types.
func (a *arguments) identity(req *wire.Request) string {
	switch {
	case a.id.given:
		return string(appendString(nil, a.id.text))
	case req.Style.JSONLegacy:
		return string(appendString(nil, req.Get.Base+"/"))
	}
	return ""
}

// callbackName is "" if none was asked for, or the error says why it cannot be used.
func (a *arguments) callbackName(style wire.Style) (string, error) {
	name := strings.Trim(a.callback.text, " \t\r\n\f\v")
	switch {
	case !a.callback.given:
		return "", nil
	case !style.JSONP:
		return "", errNoJSONP
	case !callbackName(name):
		return "", errCallback
	}
	return name, nil
}

// callbackName tells what a browser may be made to call: [A-Za-z0-9_.\[\]]{1,128}
// (requirements, table of numbers).
func callbackName(s string) bool {
	if s == "" || len(s) > maxCallbackBytes {
		return false
	}
	for _, c := range []byte(s) {
		if !isWord(c) && c != '.' && c != '[' && c != ']' {
			return false
		}
	}
	return true
}

// parse reads the query: & and ; separate, and of an argument's values the first counts.
// On an error, what could be read is there all the same.
func (a *arguments) parse(query string) error {
	var first error
	for n := 0; query != ""; n++ {
		if n == maxQueryArguments {
			return errQueryTooLong
		}
		pair := query
		if i := strings.IndexAny(query, "&;"); i >= 0 {
			pair, query = query[:i], query[i+1:]
		} else {
			query = ""
		}
		if err := a.take(pair); err != nil && first == nil {
			first = err
		}
	}
	return first
}

func (a *arguments) take(pair string) error {
	key, value, _ := strings.Cut(pair, "=")
	key, err := decodeQuery(key)
	if err != nil {
		return err
	}
	at := a.named(key)
	if at == nil || at.given {
		return nil
	}
	at.text, err = decodeQuery(value)
	at.given = err == nil
	return err
}

func (a *arguments) named(key string) *argument {
	switch key {
	case "jsonrpc":
		return &a.jsonrpc
	case "version":
		return &a.version
	case "method":
		return &a.method
	case "params":
		return &a.params
	case "id":
		return &a.id
	case "callback":
		return &a.callback
	}
	return nil
}

// decodeQuery reads + as a blank, and percent-encoded UTF-8.
func decodeQuery(s string) (string, error) {
	s, err := url.QueryUnescape(s)
	if err != nil || !utf8.ValidString(s) {
		return "", errQuery
	}
	return s, nil
}
