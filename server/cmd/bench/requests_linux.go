package main

import (
	"encoding/base64"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"

	"countersign/session"
)

// requests makes the bytes of one request after the other.
type requests interface {
	// next appends the next request to dst.
	next(dst []byte) []byte
}

// calls are calls of one document under sessions that take turns.
type calls struct {
	head, tail []byte
	pairs      *pairs
	turns      []uint32 // numbers of sessions
	turn       int
}

// pairs are the credentials of sessions, base64 of sessionid:kp3 one behind the other.
type pairs struct{ encoded []byte }

var credentialSize = base64.StdEncoding.EncodedLen(2*session.SecretDigits + 1)

func (p *pairs) add(pair session.Pair) {
	plain := pair.ID.Reveal() + ":" + pair.Key.Reveal()
	p.encoded = base64.StdEncoding.AppendEncode(p.encoded, []byte(plain))
}

func (p *pairs) at(n uint32) []byte {
	return p.encoded[int(n)*credentialSize:][:credentialSize]
}

func newCalls(document string, p *pairs, turns []uint32) *calls {
	return post("/RPC2", "text/xml", document, p, turns)
}

// newJSON is newCalls for JSON-RPC.
func newJSON(document string, p *pairs, turns []uint32) *calls {
	return post("/rpc", "application/json", document, p, turns)
}

// newSOAP is newCalls for SOAP.
func newSOAP(document string, p *pairs, turns []uint32) *calls {
	return post("/soap", "text/xml; charset=utf-8", document, p, turns)
}

func post(path, media, document string, p *pairs, turns []uint32) *calls {
	return &calls{
		head: []byte("POST " + path + " HTTP/1.1\r\nHost: 127.0.0.1\r\nUser-Agent: countersign-bench\r\nContent-Type: " + media +
			"\r\nAuthorization: Basic "),
		tail:  fmt.Appendf(nil, "\r\nContent-Length: %d\r\n\r\n%s", len(document), document),
		pairs: p, turns: turns,
	}
}

func (c *calls) next(dst []byte) []byte {
	dst = append(dst, c.head...)
	dst = append(dst, c.pairs.at(c.turns[c.turn])...)
	if c.turn++; c.turn == len(c.turns) {
		c.turn = 0
	}
	return append(dst, c.tail...)
}

// again gives calls that begin anew, for another server.
func (c *calls) again() *calls {
	fresh := *c
	fresh.turn = 0
	return &fresh
}

// inOrder are the numbers from 0 to n, the order in which the database is read fastest.
func inOrder(n int) []uint32 {
	turns := make([]uint32, n)
	for i := range turns {
		turns[i] = uint32(i)
	}
	return turns
}

// spread picks used of n sessions at random, in random order.
func spread(n, used int) []uint32 {
	random := rand.New(rand.NewPCG(1, 2))
	turns := inOrder(n)
	random.Shuffle(n, func(i, j int) { turns[i], turns[j] = turns[j], turns[i] })
	return slices.Clip(turns[:min(n, used)])
}

// document writes a methodCall with the values given.
func document(method string, values ...string) string {
	var b strings.Builder
	b.WriteString(`<?xml version="1.0"?><methodCall><methodName>` + method + `</methodName><params>`)
	for _, v := range values {
		b.WriteString("<param><value>" + v + "</value></param>")
	}
	b.WriteString("</params></methodCall>")
	return b.String()
}

// The documents that are sent.
var (
	whoAmI = document("system.session")
	addTwo = document("examples.addtwo", "<int>5</int>", "<int>37</int>")
)

// structs is an array of n structs of three integers.
func structs(n int) string {
	var b strings.Builder
	b.WriteString("<array><data>")
	for i := range n {
		fmt.Fprintf(&b, "<value><struct><member><name>moe</name><value><int>%d</int></value></member>"+
			"<member><name>larry</name><value><int>%d</int></value></member>"+
			"<member><name>curly</name><value><int>%d</int></value></member></struct></value>", i, 2*i, 3*i)
	}
	b.WriteString("</data></array>")
	return b.String()
}
