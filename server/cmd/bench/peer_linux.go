package main

import (
	"crypto/subtle"
	"encoding/base64"
	"fmt"
	"net"
	"net/http"
	"os"
	"strings"
	"sync"

	"github.com/gorilla/rpc/v2"
	"github.com/gorilla/rpc/v2/json2"
)

// peerMain is a JSON-RPC 2.0 server as one is built on gorilla/rpc. It has examples.addtwo
// under the nearest name that it can have. With a file of sessions it asks who calls, as
// such servers do: BasicAuth and a map. Without one it asks nobody.
func peerMain(args []string) error {
	s := rpc.NewServer()
	s.RegisterCodec(json2.NewCodec(), "application/json")
	if err := s.RegisterService(peerExamples{}, "examples"); err != nil {
		return err
	}
	var h http.Handler = s
	if len(args) > 0 {
		g := &guard{next: s}
		if err := g.read(args[0]); err != nil {
			return err
		}
		h = g
	}
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return err
	}
	fmt.Fprintf(os.Stderr, "{\"msg\":\"serving\",\"address\":%q}\n", l.Addr())
	return http.Serve(l, h)
}

type peerExamples struct{}

// AddTwo takes its arguments by position, as they are sent.
func (peerExamples) AddTwo(_ *http.Request, in *[2]int, sum *int) error {
	*sum = in[0] + in[1]
	return nil
}

// guard lets sessions pass.
type guard struct {
	sessions sync.Map // of keys by ids
	next     http.Handler
}

// read takes the sessions from a file of pairs.
func (g *guard) read(path string) error {
	encoded, err := os.ReadFile(path)
	if err != nil {
		return err
	}
	for p := (pairs{encoded}); len(p.encoded) > 0; p.encoded = p.encoded[credentialSize:] {
		plain, err := base64.StdEncoding.DecodeString(string(p.at(0)))
		if err != nil {
			return err
		}
		id, key, _ := strings.Cut(string(plain), ":")
		g.sessions.Store(id, key)
	}
	return nil
}

// ServeHTTP implements http.Handler.
func (g *guard) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	id, key, _ := r.BasicAuth()
	found, _ := g.sessions.Load(id)
	want, _ := found.(string)
	if want == "" || subtle.ConstantTimeCompare([]byte(key), []byte(want)) != 1 {
		w.WriteHeader(http.StatusUnauthorized)
		return
	}
	g.next.ServeHTTP(w, r)
}
