package jsonrpc

import (
	"strconv"
	"strings"

	"countersign/server/wire"
)

// call is one request as it was found on the tape. Its arguments are still there.
type call struct {
	tape    *tape
	version wire.Version // in which it is answered
	id      string       // JSON text; "" if there is none
	method  string
	params  int // a node; -1 if there are none
	// misshapen says that params are of a shape which the version does not have: what a
	// caller learns who may make the call (bugzilla contract §7).
	misshapen error
	// err says why the request is no call at all.
	err error
	// unanswered says that it is a notification.
	unanswered bool
}

// envelope are the nodes of a request's members, 0 where there is none.
type envelope struct{ jsonrpc, version, method, params, id int }

// readCall looks at the request at node n. A request that is no call has its err set, and
// as much of the rest as could be read.
func readCall(t *tape, n int, style wire.Style) call {
	c := call{tape: t, params: -1, version: wire.JSON20}
	if t.nodes[n].kind != kindObject {
		c.err = errNotObject
		return c
	}
	var e envelope
	c.err = e.find(t, n)
	c.readVersion(&e, style)
	c.readID(&e, style)
	c.readMethod(&e)
	if e.params > 0 {
		c.readParams(e.params)
	}
	if c.err == nil {
		switch c.version {
		case wire.JSON20:
			c.unanswered = e.id == 0
		case wire.JSON10:
			c.unanswered = e.id == 0 || t.nodes[e.id].kind == kindNull
		default:
		}
	}
	return c
}

// find notes where the members are. Members of other names are let pass, unless they
// differ from one of ours in letter case only: a reader that folds names would take one
// for the other (requirements INP-3).
func (e *envelope) find(t *tape, n int) error {
	var err error
	for k, i := 0, n+1; k < int(t.nodes[n].count); k++ {
		switch name := t.text(i); name {
		case "jsonrpc":
			e.jsonrpc = i + 1
		case "version":
			e.version = i + 1
		case "method":
			e.method = i + 1
		case "params":
			e.params = i + 1
		case "id":
			e.id = i + 1
		default:
			for _, ours := range [...]string{"jsonrpc", "version", "method", "params", "id"} {
				if strings.EqualFold(name, ours) {
					err = errMemberCase
				}
			}
		}
		i = t.after(i + 1)
	}
	return err
}

// refuse keeps the first reason.
func (c *call) refuse(err error) {
	if c.err == nil {
		c.err = err
	}
}

// readVersion: jsonrpc says 2.0, any true version 1.1, and without both it is 1.0
// (bugzilla contract §2).
func (c *call) readVersion(e *envelope, style wire.Style) {
	t := c.tape
	switch {
	case e.jsonrpc > 0 && t.nodes[e.jsonrpc].kind == kindString && t.text(e.jsonrpc) == "2.0":
		c.version = wire.JSON20
	case e.jsonrpc > 0:
		c.version = unknownVersion(style)
		c.refuse(errVersion)
	case e.version > 0 && t.truthy(e.version):
		c.version = wire.JSON11
	case e.method > 0 || style.JSONLegacy:
		c.version = wire.JSON10
	default: // an object of any kind; the specification's own examples answer it in 2.0
		c.version = wire.JSON20
	}
}

// unknownVersion is that of answers to requests of which nothing could be read.
func unknownVersion(style wire.Style) wire.Version {
	if style.JSONLegacy {
		return wire.JSON11
	}
	return wire.JSON20
}

// truthy tells what Perl takes for true.
func (t *tape) truthy(n int) bool {
	switch t.nodes[n].kind {
	case kindNull, kindFalse:
		return false
	case kindString:
		return perlTrue(t.text(n))
	case kindInteger, kindNumber:
		f, _ := strconv.ParseFloat(t.raw(n), 64) // beyond the range is true
		return f != 0
	default:
		return true
	}
}

func perlTrue(s string) bool { return s != "" && s != "0" }

// readID keeps the id as it was written. In 2.0 it is a string, a number or null; the
// older versions take anything.
func (c *call) readID(e *envelope, style wire.Style) {
	if e.id == 0 {
		return
	}
	kind, raw := c.tape.nodes[e.id].kind, c.tape.raw(e.id)
	if c.version == wire.JSON20 {
		switch kind {
		case kindString, kindInteger, kindNumber, kindNull:
		default:
			c.refuse(errID)
			return
		}
	} else if style.JSONLegacy && kind == kindInteger {
		// Perl makes a text of an integer that is too long for it (bugzilla contract §2).
		if _, err := strconv.ParseInt(raw, 10, 64); err != nil {
			raw = `"` + raw + `"`
		}
	}
	c.id = raw
}

// readMethod: the older versions have an alphabet for names; in 2.0 a name that cannot
// be is one that is not there.
func (c *call) readMethod(e *envelope) {
	if e.method > 0 && c.tape.nodes[e.method].kind == kindString {
		c.method = c.tape.text(e.method)
	}
	switch {
	case c.method == "":
		c.refuse(errNoMethod)
	case c.version != wire.JSON20 && !methodName(c.method):
		c.refuse(errMethodName)
	}
}

func methodName(s string) bool {
	for _, c := range []byte(s) {
		if !isWord(c) && c != '.' {
			return false
		}
	}
	return true
}

// isWord tells what \w is to Perl, of ASCII.
func isWord(c byte) bool { return c|0x20 >= 'a' && c|0x20 <= 'z' || isDigit(c) || c == '_' }

// readParams takes the arguments at node n. Some clients send null where they have none;
// 1.0 knows nothing but arrays.
func (c *call) readParams(n int) {
	kind := c.tape.nodes[n].kind
	switch {
	case kind == kindArray, kind == kindObject && c.version != wire.JSON10:
		c.params = n
	case c.version == wire.JSON10:
		c.misshapen = errParamsArray
	case kind == kindNull:
	case c.version == wire.JSON20:
		c.refuse(errParamsShape)
	default:
		c.misshapen = errParamsShape
	}
}
