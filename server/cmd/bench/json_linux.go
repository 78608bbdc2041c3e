package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
)

// batchSize is how many calls a batch makes, and steppedSize one that is single-stepped:
// a larger one takes longer than a server waits for its client.
const (
	batchSize   = 50
	steppedSize = 10
)

// The documents that are sent, and what must come back.
var (
	jsonCall   = jsonAdd("examples.addtwo")
	jsonAnswer = `{"jsonrpc":"2.0","result":42,"id":1}`
	peerCall   = jsonAdd("examples.AddTwo") // a name of Go's
)

func jsonAdd(method string) string {
	return `{"jsonrpc":"2.0","method":"` + method + `","params":[5,37],"id":1}`
}

// batchOf is an array of n times the same.
func batchOf(n int, document string) string {
	return "[" + strings.TrimSuffix(strings.Repeat(document+",", n), ",") + "]"
}

// json is the rows of JSON-RPC 2.0.
func (b *bench) json(ctx context.Context) (err error) {
	if err := b.jsonSteps(); err != nil {
		return err
	}
	server, err := b.load(ctx)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, server.stop()) }()
	asking := func(document string) *calls { return newJSON(document, server.pairs, server.turns) }
	single := side{server.process, asking(jsonCall)}
	if err := check(single, jsonAnswer); err != nil {
		return err
	}
	b.say("\nAuthenticated JSON-RPC 2.0 call of examples.addtwo, 8 connections, %d sessions loaded, %d in turn", server.sessions, len(server.turns))
	c, err := b.againstHandler(ctx, server.process, asking(jsonCall), 8, b.rounds, "-type", "application/json; charset=utf-8")
	if err != nil {
		return err
	}
	b.instructions("4", "JSON-RPC call, instructions by bare net/http", 1.30, c)
	b.note("4", "the same, calls/s", c.ratio(rate).String())
	b.note("4", "the same, CPU per call", c.ratio(cpu).String())
	b.note("4", "the same, p99", c.ratio(p99).String())
	if err := b.jsonPeers(ctx, single, asking(peerCall)); err != nil {
		return err
	}
	b.say("\nBatches of %d calls beside single calls; a batch counts as one here", batchSize)
	batch := side{server.process, asking(batchOf(batchSize, jsonCall))}
	if err := check(batch, batchOf(batchSize, jsonAnswer)); err != nil {
		return err
	}
	if c, err = b.contest(ctx, single.again(), batch, 8, b.rounds); err != nil {
		return err
	}
	b.atLeast("4", fmt.Sprintf("calls/s in batches of %d by single ones", batchSize), 8, c.ratio(rate).times(batchSize))
	b.note("4", "the same, CPU per call", c.ratio(cpu).times(1.0/batchSize).String())
	return b.jsonCodec(ctx)
}

// jsonPeers compares a call with the same call to a server built on gorilla/rpc.
func (b *bench) jsonPeers(ctx context.Context, single side, asking *calls) error {
	file, err := b.sessionsFile(asking.pairs)
	if err != nil {
		return err
	}
	for _, p := range []struct {
		name string
		args []string
		row  func(found ratio)
	}{
		{"gorilla json2, Basic and sync.Map", []string{"peer", file}, func(found ratio) {
			b.atMost("4", "JSON-RPC call, CPU by gorilla/rpc json2 that authenticates", 0.70, found)
		}},
		{"gorilla json2, open to anybody", []string{"peer"}, func(found ratio) {
			b.note("4", "the same by one that asks nobody who calls", found.String())
		}},
	} {
		b.say("\nThe same beside a server built on gorilla/rpc")
		c, err := b.againstPeer(ctx, single, asking, p.name, p.args)
		if err != nil {
			return err
		}
		p.row(c.ratio(cpu))
		b.note("4", "the same, calls/s", c.ratio(rate).String())
	}
	return nil
}

func (b *bench) againstPeer(ctx context.Context, single side, asking *calls, name string, args []string) (c contest, err error) {
	server, err := startSelf(name, args...)
	if err != nil {
		return c, err
	}
	defer func() { err = errors.Join(err, server.stop()) }()
	peer := side{server, asking.again()}
	if err := check(peer, jsonAnswer+"\n"); err != nil {
		return c, err
	}
	return b.contest(ctx, peer.again(), single.again(), 8, b.rounds)
}

// sessionsFile writes pairs down for a peer.
func (b *bench) sessionsFile(p *pairs) (string, error) {
	path := filepath.Join(b.dir, "sessions")
	return path, os.WriteFile(path, p.encoded, 0o600)
}

// check asks once and looks at the whole answer.
func check(s side, want string) error {
	got, err := answer(s.process, s.requests)
	if err == nil && string(got) != want {
		err = fmt.Errorf("%s answered %q, not %q", s.name, got, want)
	}
	return err
}

// jsonCodec runs the Go benchmarks of the codec, which have encoding/json beside them.
func (b *bench) jsonCodec(ctx context.Context) error {
	b.say("\nGo benchmarks of JSON, the best of several runs")
	found, err := b.goTest(ctx, "./server/jsonrpc", "Answer/(add|reply)|Decode|Encode")
	if err != nil {
		return err
	}
	by := func(name, base string) ratio {
		r := found[name+" ns/op"] / found[base+" ns/op"]
		return ratio{r, r, r}
	}
	for _, document := range []struct{ name, figure string }{
		{"small", "small call"}, {"echo", "call with one struct"}, {"1000-structs", "call with 1000 structs"}, {"base64", "call with 1 MB of base64"},
	} {
		b.atMost("15", document.figure+", envelope and arguments to values, by encoding/json to any", 0.45,
			by("Decode/"+document.name, "DecodeJSON/"+document.name))
	}
	b.atLeast("15", "4000 rows encoded, speed by encoding/json with Go structs", 2, by("EncodeJSON/structs", "Encode"))
	b.note("15", "the same with maps", by("EncodeJSON/maps", "Encode").String())
	b.note("15", "1000 rows from Go structs to values to text, speed by encoding/json with Go structs",
		by("EncodeJSON/structs", "Answer/reply-1000-structs").times(1.0/4).String())
	b.note("12", "small JSON-RPC call: parse, look up, bind, run, encode", fmt.Sprintf("%.0f ns", found["Answer/add ns/op"]))
	return nil
}

// jsonSteps counts the instructions of the processes themselves.
func (b *bench) jsonSteps() error {
	known := knownPairsInOrder()
	file, err := b.sessionsFile(known)
	if err != nil {
		return err
	}
	count := func(document, name string, args ...string) float64 {
		if err != nil {
			return 0
		}
		var n float64
		n, err = b.stepServer(newJSON(document, known, spread(knownPairs, knownPairs)), name, args...)
		return n
	}
	handler := count(jsonCall, "bare net/http", "handler", "-size", fmt.Sprint(len(jsonAnswer)), "-type", "application/json; charset=utf-8")
	open := count(peerCall, "gorilla json2", "peer")
	guarded := count(peerCall, "gorilla json2", "peer", file)
	single := count(jsonCall, "countersign", "service")
	batch := count(batchOf(steppedSize, jsonCall), "countersign", "service") / steppedSize
	if err != nil {
		return err
	}
	b.say("\nInstructions per JSON-RPC call, counted by single-stepping, the kernel's not among them:\n"+
		"  bare net/http %.0f, countersign %.0f, in a batch of %d %.0f,\n  gorilla json2 that authenticates %.0f, open to anybody %.0f",
		handler, single, steppedSize, batch, guarded, open)
	by := func(base float64) string { return fmt.Sprintf("%.2f", single/base) }
	b.add("4", "JSON-RPC call, user instructions by bare net/http, single-stepped", "<= 1.30", by(handler), single/handler <= 1.30)
	b.note("4", "the same by gorilla/rpc json2 that authenticates; that asks nobody", by(guarded)+"; "+by(open))
	b.note("4", fmt.Sprintf("the same in a batch of %d by single", steppedSize), fmt.Sprintf("%.2f", batch/single))
	return nil
}
