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
	for _, c := range []struct {
		why  string
		row  server.Endpoint
		says string
	}{
		{"no path", server.Endpoint{Path: "x", Transport: "xmlrpc", Dialect: "plain"}, "not a path"},
		{"the service's own path", server.Endpoint{Path: "/healthz", Transport: "xmlrpc", Dialect: "plain"}, "not a path"},
		{"no such transport", server.Endpoint{Path: "/x", Transport: "pigeon", Dialect: "plain"}, `unknown transport "pigeon"`},
		{"no such dialect", server.Endpoint{Path: "/x", Transport: "xmlrpc", Dialect: "latin"}, `unknown dialect "latin"`},
		{"not that dialect's wire", server.Endpoint{Path: "/x", Transport: "soap", Dialect: "bugzilla"}, "not spoken over soap"},
		{"no required login", server.Endpoint{Path: "/x", Transport: "jsonrpc", Dialect: "plain", RequireLogin: true}, "no required login"},
		{"no callbacks", server.Endpoint{Path: "/x", Transport: "xmlrpc", Dialect: "plain", JSONP: true}, "no callbacks"},
		{"no calls in an address", server.Endpoint{Path: "/x", Transport: "soap", Dialect: "plain", URLCredentials: true}, "no callbacks"},
		{"all is well", server.Endpoint{Path: "/x", Transport: "jsonrpc", Dialect: "bugzilla", RequireLogin: true, JSONP: true, URLCredentials: true}, ""},
	} {
		_, err := server.New(server.Config{
			Registry: registry, Sessions: new(session.Manager), Endpoints: []server.Endpoint{c.row},
			Transports: []wire.Transport{xmlrpc.Transport{}, jsonrpc.Transport{}, soap.New()},
		})
		switch {
		case c.says == "" && err != nil, c.says != "" && (err == nil || !strings.Contains(err.Error(), c.says)):
			t.Errorf("%s: %v", c.why, err)
		}
	}
}
