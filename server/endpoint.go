package server

import (
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strings"

	"countersign/methods"
	"countersign/server/dialect"
	"countersign/server/wire"
)

// Endpoint is one row of the table: which path speaks which wire format in which
// dialect.
type Endpoint struct {
	Path      string
	Transport string
	Dialect   string
	// InteropCodes gives faults the −32xxx numbers in a dialect that has its own.
	InteropCodes bool
	// RequireLogin refuses anonymous calls, where the dialect knows that (bugzilla
	// contract §6).
	RequireLogin bool
	// JSONP lets pages of other sites read the answers of public methods by a script
	// element with a callback.
	JSONP bool
	// URLCredentials takes credentials from the address of a GET, as Bugzilla did: they end
	// up in the logs of every proxy.
	URLCredentials bool
}

// DefaultEndpoints is the table a service has when its configuration says nothing.
func DefaultEndpoints() []Endpoint {
	return []Endpoint{
		{Path: "/RPC2", Transport: "xmlrpc", Dialect: "plain"},
		{Path: "/xmlrpc", Transport: "xmlrpc", Dialect: "plain"},
		{Path: "/xmlrpc.php", Transport: "xmlrpc", Dialect: "phpgroupware"},
		{Path: "/phpgroupware/xmlrpc.php", Transport: "xmlrpc", Dialect: "phpgroupware"},
		{Path: "/egroupware/xmlrpc.php", Transport: "xmlrpc", Dialect: "egroupware"},
		{Path: "/rpc", Transport: "jsonrpc", Dialect: "plain"},
		{Path: "/soap", Transport: "soap", Dialect: "plain"},
		{Path: "/soap.php", Transport: "soap", Dialect: "phpgroupware"},
		{Path: "/phpgroupware/soap.php", Transport: "soap", Dialect: "phpgroupware"},
		{Path: "/egroupware/soap.php", Transport: "soap", Dialect: "egroupware"},
		{Path: "/xmlrpc.cgi", Transport: "xmlrpc", Dialect: "bugzilla"},
		{Path: "/jsonrpc.cgi", Transport: "jsonrpc", Dialect: "bugzilla"},
	}
}

// endpoint is a row with everything it names looked up.
type endpoint struct {
	path      string
	transport wire.Transport
	dialect   *dialect.Dialect
	view      *methods.View
	style     wire.Style
	// urlCredentials are taken from the address of a GET.
	urlCredentials bool
	header         []headerLine // of every answer
}

// buildEndpoints resolves the table against what is compiled in.
func buildEndpoints(rows []Endpoint, transports []wire.Transport, r *methods.Registry) (map[string]*endpoint, error) {
	table := map[string]*endpoint{}
	var faults []error
	for _, row := range rows {
		t, d, err := row.resolve(transports)
		if err == nil && table[row.Path] != nil {
			err = errors.New("listed twice")
		}
		if err != nil {
			faults = append(faults, fmt.Errorf("endpoint %q: %w", row.Path, err))
			continue
		}
		if row.InteropCodes {
			d = d.WithInteropCodes()
		}
		if row.RequireLogin {
			d = d.WithRequiredLogin()
		}
		table[row.Path] = newEndpoint(row, t, d, r)
	}
	return table, errors.Join(faults...)
}

// Check tells why a row cannot be served, without naming it; nil if it can.
func (row *Endpoint) Check(transports []wire.Transport) error {
	_, _, err := row.resolve(transports)
	return err
}

// resolve looks up what a row names.
func (row *Endpoint) resolve(transports []wire.Transport) (wire.Transport, *dialect.Dialect, error) {
	at := slices.IndexFunc(transports, func(t wire.Transport) bool { return t.Name() == row.Transport })
	d, ok := dialect.Lookup(row.Dialect)
	switch {
	case !strings.HasPrefix(row.Path, "/"):
		return nil, nil, errors.New("a path begins with a slash")
	case reservedPaths[row.Path]:
		return nil, nil, errors.New("the path belongs to the service itself")
	case at < 0:
		names := make([]string, len(transports))
		for i, t := range transports {
			names[i] = t.Name()
		}
		return nil, nil, unknown("transport", row.Transport, names)
	case !ok:
		return nil, nil, unknown("dialect", row.Dialect, dialect.Names())
	}
	return transports[at], d, row.fits(d)
}

// unknown says of a name that is missing or means nothing which ones there are.
func unknown(what, name string, names []string) error {
	there := strings.Join(names, ", ")
	if name == "" {
		return fmt.Errorf("%s is missing; there are %s", what, there)
	}
	return fmt.Errorf("unknown %s %q; there are %s", what, name, there)
}

// fits refuses a row that asks for what its dialect or wire format does not have: it
// would be silently open, or shut.
func (row *Endpoint) fits(d *dialect.Dialect) error {
	switch {
	case d.Wires != nil && !slices.Contains(d.Wires, row.Transport):
		return fmt.Errorf("the dialect %s is not spoken over %s, only over %s", row.Dialect, row.Transport, strings.Join(d.Wires, ", "))
	case row.RequireLogin && d.Prepare == nil:
		return fmt.Errorf("the dialect %s has no required login", row.Dialect)
	case (row.JSONP || row.URLCredentials) && row.Transport != "jsonrpc":
		return fmt.Errorf("%s has no callbacks and no calls in an address", row.Transport)
	}
	return nil
}

func newEndpoint(row Endpoint, t wire.Transport, d *dialect.Dialect, r *methods.Registry) *endpoint {
	contentType, ok := d.Types[t.Name()]
	if !ok {
		contentType = t.ContentType()
	}
	ep := &endpoint{
		path: row.Path, transport: t, dialect: d,
		view: r.View(d.Families...), style: d.Style, header: answerHeader(contentType),
	}
	ep.urlCredentials = row.URLCredentials
	ep.style.JSONP = row.JSONP
	for _, line := range d.Header {
		ep.header = append(ep.header, headerLine{line[0], []string{line[1]}})
	}
	return ep
}

// headerLine is a header under its canonical name. The values are shared by all answers
// and never written.
type headerLine struct {
	name   string
	values []string
}

// answerHeader is what every answer carries (requirements INP-13): it is data, not a
// page, and it is nobody's to keep.
func answerHeader(contentType string) []headerLine {
	return []headerLine{
		{"Content-Type", []string{contentType}},
		{"Cache-Control", []string{"no-store"}},
		{"X-Content-Type-Options", []string{"nosniff"}},
		{"Content-Security-Policy", []string{"default-src 'none'; frame-ancestors 'none'"}},
	}
}

// setAll sets the lines in h.
func setAll(h http.Header, lines []headerLine) {
	for i := range lines {
		h[lines[i].name] = lines[i].values
	}
}

// first is h.Get for a name that is canonical already.
func first(h http.Header, name string) string {
	if values := h[name]; len(values) > 0 {
		return values[0]
	}
	return ""
}
