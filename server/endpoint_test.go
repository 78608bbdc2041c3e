package server_test

import (
	"strings"
	"testing"

	"countersign/methods"
	"countersign/server"
	"countersign/server/jsonrpc"
	"countersign/server/soap"
	"countersign/server/wire"
	"countersign/server/xmlrpc"
	"countersign/session"
)

// TestEndpointRows: a row that names what is not there, or asks for what its dialect or
// wire format does not have, keeps the service from starting.
func TestEndpointRows(t *testing.T) {
	registry, err := methods.NewRegistry()
	must(t, err)
	transports := []wire.Transport{xmlrpc.Transport{}, jsonrpc.Transport{}, soap.New()}
	for _, c := range []struct {
		why  string
		row  server.Endpoint
		says string
	}{
		{"no path", server.Endpoint{Path: "x", Transport: "xmlrpc", Dialect: "plain"}, `"x": a path begins with a slash`},
		{"the service's own path", server.Endpoint{Path: "/healthz", Transport: "xmlrpc", Dialect: "plain"}, "belongs to the service itself"},
		{"no such transport", server.Endpoint{Path: "/x", Transport: "pigeon", Dialect: "plain"}, `unknown transport "pigeon"; there are xmlrpc, jsonrpc, soap`},
		{"no transport", server.Endpoint{Path: "/x", Dialect: "plain"}, "transport is missing; there are xmlrpc, jsonrpc, soap"},
		{"no such dialect", server.Endpoint{Path: "/x", Transport: "xmlrpc", Dialect: "latin"}, `unknown dialect "latin"; there are plain, phpgroupware, egroupware, bugzilla`},
		{"no dialect", server.Endpoint{Path: "/x", Transport: "soap"}, "dialect is missing; there are plain, "},
		{"not that dialect's wire", server.Endpoint{Path: "/x", Transport: "soap", Dialect: "bugzilla"}, "not spoken over soap, only over xmlrpc, jsonrpc"},
		{"no required login", server.Endpoint{Path: "/x", Transport: "jsonrpc", Dialect: "plain", RequireLogin: true}, "no required login"},
		{"no callbacks", server.Endpoint{Path: "/x", Transport: "xmlrpc", Dialect: "plain", JSONP: true}, "no callbacks"},
		{"no calls in an address", server.Endpoint{Path: "/x", Transport: "soap", Dialect: "plain", URLCredentials: true}, "no callbacks"},
		{"all is well", server.Endpoint{Path: "/x", Transport: "jsonrpc", Dialect: "bugzilla", RequireLogin: true, JSONP: true, URLCredentials: true}, ""},
	} {
		_, err := server.New(server.Config{
			Registry: registry, Sessions: new(session.Manager), Endpoints: []server.Endpoint{c.row},
			Transports: transports,
		})
		switch {
		case (c.row.Check(transports) == nil) != (err == nil):
			t.Errorf("%s: Check and New do not agree: %v", c.why, err)
		case c.says == "" && err != nil, c.says != "" && (err == nil || !strings.Contains(err.Error(), c.says)):
			t.Errorf("%s: %v", c.why, err)
		}
	}
}
