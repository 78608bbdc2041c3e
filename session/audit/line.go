package audit

import (
	"encoding/hex"
	"fmt"
	"net/netip"
	"strconv"
	"strings"
	"sync"
	"time"
)

// Options are what every log needs.
type Options struct {
	// Node names this process among those that share the log's readers.
	Node string
	// Now is the clock; time.Now if nil.
	Now func() time.Time
}

func (o *Options) fill() {
	if o.Now == nil {
		o.Now = time.Now
	}
}

// lines lends the buffers that lines are made in.
var lines = sync.Pool{New: func() any { return &line{b: make([]byte, 0, 1024)} }}

// line is one line in the making.
type line struct{ b []byte }

// newLine gives the line of an event, with its line feed. It goes back with free.
func (o *Options) newLine(e *Event) (*line, error) {
	if e.Type.String() == "" || e.Outcome.String() == "" {
		return nil, fmt.Errorf("%w: type %d, outcome %d", ErrEvent, e.Type, e.Outcome)
	}
	at := e.Time
	if at.IsZero() {
		at = o.Now()
	}
	l := lines.Get().(*line)
	l.b = l.b[:0]
	l.event(e, at, o.Node)
	l.b = append(l.b, '}', '\n')
	return l, nil
}

func (l *line) free() { lines.Put(l) }

// event writes the members in their published order. What fail2ban matches comes
// first, before any value that somebody outside has a hand in.
func (l *line) event(e *Event, at time.Time, node string) {
	l.time("time", at)
	l.text("event", e.Type.String())
	l.text("outcome", e.Outcome.String())
	l.peer(e.Peer)
	l.text("reason", e.Reason)
	l.text("user", e.User.text)
	l.number("account", e.Account)
	l.text("kind", e.Kind)
	l.text("actor", e.Actor.text)
	l.text("node", node)
	l.text("request", e.Request)
	path, _, _ := strings.Cut(e.Endpoint, "?")
	l.text("endpoint", path)
	l.text("dialect", e.Dialect)
	l.text("method", e.Method)
	l.text("permission", e.Permission)
	l.text("role", e.Role)
	if e.Type == Permission && (e.Outcome == OK || e.Outcome == Refused) {
		l.open("check")
		l.b = appendEscaped(l.b, Check(e.Permission, e.User, e.Role, e.Outcome == OK))
		l.b = append(l.b, '"')
	}
	l.id("session", e.Session)
	l.id("key", e.Key)
	if e.Block.IsValid() {
		l.text("block", e.Block.String())
	}
	if !e.Until.IsZero() {
		l.time("until", e.Until)
	}
	l.number("count", e.Count)
	l.text("version", e.Version)
	l.text("address", e.Address)
}

// member begins a member: the comma or brace in front, the name, the colon.
func (l *line) member(name string) {
	separator := byte(',')
	if len(l.b) == 0 {
		separator = '{'
	}
	l.b = append(l.b, separator, '"')
	l.b = append(l.b, name...)
	l.b = append(l.b, '"', ':')
}

func (l *line) open(name string) {
	l.member(name)
	l.b = append(l.b, '"')
}

func (l *line) text(name, value string) {
	if value == "" {
		return
	}
	l.open(name)
	l.b = appendText(l.b, value)
	l.b = append(l.b, '"')
}

func (l *line) number(name string, n int64) {
	if n == 0 {
		return
	}
	l.member(name)
	l.b = strconv.AppendInt(l.b, n, 10)
}

func (l *line) time(name string, t time.Time) {
	l.open(name)
	l.b = t.UTC().AppendFormat(l.b, "2006-01-02T15:04:05.000000Z07:00")
	l.b = append(l.b, '"')
}

// peer writes the address as fail2ban and firewalls take it: IPv4 in its own form, and
// without a zone.
func (l *line) peer(a netip.Addr) {
	if !a.IsValid() {
		return
	}
	l.open("peer")
	l.b = a.Unmap().WithZone("").AppendTo(l.b)
	l.b = append(l.b, '"')
}

func (l *line) id(name string, id [8]byte) {
	if id == [8]byte{} {
		return
	}
	l.open(name)
	l.b = hex.AppendEncode(l.b, id[:])
	l.b = append(l.b, '"')
}
