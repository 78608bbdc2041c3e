package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"runtime"
	"strings"
	"time"
)

// bench is one run of the program.
type bench struct {
	options
	report
	dir string // scratch
}

func run(ctx context.Context, o options, out io.Writer) (err error) {
	b := &bench{options: o, report: report{out: out}}
	if b.dir, err = os.MkdirTemp("", "countersign-bench-"); err != nil {
		return err
	}
	defer func() { err = errors.Join(err, os.RemoveAll(b.dir)) }()
	b.say("%s, %s, %d CPUs, %d rounds of %s", time.Now().UTC().Format(time.DateOnly), runtime.Version(), cpus(), o.rounds, o.round)
	if cpus() < 2 {
		b.say("one CPU: server and load share it, so rates and times under load mean little; CPU per call still does")
	}
	for _, part := range []struct {
		name string
		do   func(context.Context) error
	}{{"step", b.step}, {"call", b.call}, {"size", b.size}, {"logins", b.logins}, {"timing", b.timing}, {"go", b.goBenchmarks}} {
		if !b.wanted(part.name) && !(part.name == "call" && (b.wanted("crowd") || b.wanted("bulk"))) {
			continue
		}
		if err := part.do(ctx); err != nil {
			return err
		}
	}
	b.table()
	return nil
}

func (b *bench) wanted(part string) bool {
	return b.only == "" || strings.Contains(","+b.only+",", ","+part+",")
}

// startServer starts the service on a database, with the modules that are called.
func (b *bench) startServer(url string) (*process, error) {
	return start("countersign", b.server, "serve", "--listen", "127.0.0.1:0", "--database", url,
		"--modules", "examples,validator1,interopEchoTests", "--workers", "1", "--linger", "0s")
}

// startHandler starts the bare handler, answering as many bytes as the server does.
func (b *bench) startHandler(size int, flags ...string) (*process, error) {
	self, err := os.Executable()
	if err != nil {
		return nil, err
	}
	return start("bare net/http", self, append([]string{"handler", "-size", fmt.Sprint(size)}, flags...)...)
}

// step counts the instructions of the process itself, one by one.
func (b *bench) step(context.Context) error {
	pairs := &pairs{}
	for n := range byte(knownPairs) {
		pairs.add(knownPair(n))
	}
	c := newCalls(addTwo, pairs, spread(knownPairs, knownPairs))
	steps := 6
	if b.quick {
		steps = 3
	}
	self, err := os.Executable()
	if err != nil {
		return err
	}
	count := func(name string, args ...string) (float64, error) {
		p, err := start(name, self, args...)
		if err != nil {
			return 0, err
		}
		n, err := stepped(p, c.again(), steps)
		return n, errors.Join(err, p.stop())
	}
	target, err := count("countersign", "service")
	if err != nil {
		return err
	}
	base, err := count("bare net/http", "handler", "-size", "150")
	if err != nil {
		return err
	}
	b.say("\nInstructions per call, counted by single-stepping, the kernel's not among them: bare net/http %.0f, countersign %.0f", base, target)
	b.note("2", "user instructions per call, single-stepped", fmt.Sprintf("%.2f", target/base))
	return nil
}

// call is a small authenticated call, and with it what goes over the same server.
func (b *bench) call(ctx context.Context) (err error) {
	sessions := 100_000
	if b.quick {
		sessions = 20_000
	}
	url, pairs, err := fill(ctx, b.dir, sessions)
	if err != nil {
		return err
	}
	server, err := b.startServer(url)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, server.stop()) }()
	// Every session once, in a call that only a session may make: the server has them
	// in memory from here on, and they are good.
	if err := once(server, newCalls(whoAmI, pairs, inOrder(sessions))); err != nil {
		return err
	}
	turns := spread(sessions, 10_000)
	if b.wanted("call") {
		b.say("\nAuthenticated call of examples.addtwo, 8 connections, %d sessions loaded, %d in turn", sessions, len(turns))
		c, err := b.againstHandler(ctx, server, newCalls(addTwo, pairs, turns), 8, b.rounds)
		if err != nil {
			return err
		}
		b.atLeast("1", "authenticated call, calls/s by bare net/http", 0.80, c.ratio(rate))
		b.instructions("2", "the same, instructions per call", 1.30, c)
		b.note("2", "the same, CPU per call", c.ratio(cpu).String())
		b.note("8", "p50, 8 connections", c.ratio(p50).String())
		b.atMost("8", "p99, 8 connections", 1.20, c.ratio(p99))
	}
	if b.wanted("crowd") {
		b.say("\nThe same from 512 connections")
		c, err := b.againstHandler(ctx, server, newCalls(addTwo, pairs, turns), 512, b.rounds)
		if err != nil {
			return err
		}
		b.atMost("8", "p99, 512 connections", 1.20, c.ratio(p99))
	}
	if b.wanted("bulk") {
		return b.bulk(ctx, server, newCalls("", pairs, turns))
	}
	return nil
}

// bulk is calls with a thousand structs.
func (b *bench) bulk(ctx context.Context, server *process, c *calls) error {
	rounds := max(3, b.rounds/2)
	thousand := structs(1000)
	request := newCalls(document("validator1.arrayOfStructsTest", thousand), c.pairs, c.turns)
	b.say("\nRequest of 1000 structs of 3 integers (%d bytes), read into Go structs", len(request.tail))
	found, err := b.againstHandler(ctx, server, request, 8, rounds, "-xml")
	if err != nil {
		return err
	}
	b.atMost("11", "request of 1000 structs, CPU by net/http with encoding/xml Token", 0.10, found.ratio(cpu))
	echo := newCalls(document("interopEchoTests.echoStructArray", thousand), c.pairs, c.turns)
	b.say("\n1000 structs there and back")
	if found, err = b.againstHandler(ctx, server, echo, 8, rounds); err != nil {
		return err
	}
	b.note("14", "1000 structs there and back, CPU by bare net/http with as many bytes", found.ratio(cpu).String())
	return nil
}

// againstHandler compares the server with the bare handler under the same requests.
func (b *bench) againstHandler(ctx context.Context, server *process, c *calls, conns, rounds int, flags ...string) (found contest, err error) {
	size, err := answerSize(server, c.again())
	if err != nil {
		return contest{}, err
	}
	handler, err := b.startHandler(size, flags...)
	if err != nil {
		return contest{}, err
	}
	defer func() { err = errors.Join(err, handler.stop()) }()
	base, err := dial(handler, c.again(), conns)
	if err != nil {
		return contest{}, err
	}
	defer base.close()
	target, err := dial(server, c.again(), conns)
	if err != nil {
		return contest{}, err
	}
	defer target.close()
	if found, err = compare(ctx, base, target, rounds, b.round); err != nil {
		return contest{}, err
	}
	b.say("%s\n%s", line(handler.name, found.base), line(server.name, found.target))
	return found, nil
}

// once makes one call under each session.
func once(server *process, c *calls) error {
	l, err := dial(server, c, 8)
	if err != nil {
		return err
	}
	defer l.close()
	_, err = l.run(0, len(c.turns))
	return err
}

func (b *bench) instructions(number, figure string, goal float64, c contest) {
	if found := c.ratio(instructions); found.median > 0 {
		b.atMost(number, figure, goal, found)
		return
	}
	b.note(number, figure, "not supported here: this machine counts no instructions")
}
