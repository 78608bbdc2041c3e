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
	}{{"step", b.step}, {"call", b.call}, {"json", b.json}, {"soap", b.soap}, {"size", b.size}, {"logins", b.logins}, {"timing", b.timing}, {"go", b.goBenchmarks}} {
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

// step counts the instructions of the process itself, one by one.
func (b *bench) step(context.Context) error {
	known := knownPairsInOrder()
	asking := newCalls(addTwo, known, spread(knownPairs, knownPairs))
	target, err := b.stepServer(asking, "countersign", "service")
	if err != nil {
		return err
	}
	base, err := b.stepServer(asking, "bare net/http", "handler", "-size", "150")
	if err != nil {
		return err
	}
	b.say("\nInstructions per call, counted by single-stepping, the kernel's not among them: bare net/http %.0f, countersign %.0f", base, target)
	b.note("2", "user instructions per call, single-stepped", fmt.Sprintf("%.2f", target/base))
	return nil
}

// call is a small authenticated call, and with it what goes over the same server.
func (b *bench) call(ctx context.Context) (err error) {
	server, err := b.load(ctx)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, server.stop()) }()
	if b.wanted("call") {
		b.say("\nAuthenticated call of examples.addtwo, 8 connections, %d sessions loaded, %d in turn", server.sessions, len(server.turns))
		c, err := b.againstHandler(ctx, server.process, newCalls(addTwo, server.pairs, server.turns), 8, b.rounds)
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
		c, err := b.againstHandler(ctx, server.process, newCalls(addTwo, server.pairs, server.turns), 512, b.rounds)
		if err != nil {
			return err
		}
		b.atMost("8", "p99, 512 connections", 1.20, c.ratio(p99))
	}
	if b.wanted("bulk") {
		return b.bulk(ctx, server.process, newCalls("", server.pairs, server.turns))
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
	body, err := answer(server, c.again())
	if err != nil {
		return contest{}, err
	}
	handler, err := b.startHandler(len(body), flags...)
	if err != nil {
		return contest{}, err
	}
	defer func() { err = errors.Join(err, handler.stop()) }()
	return b.contest(ctx, side{handler, c.again()}, side{server, c.again()}, conns, rounds)
}

// side is a server and what it is asked.
type side struct {
	*process
	requests *calls
}

// again is the side with requests that begin anew.
func (s side) again() side { return side{s.process, s.requests.again()} }

// contest compares two.
func (b *bench) contest(ctx context.Context, base, target side, conns, rounds int) (found contest, err error) {
	one, err := dial(base.process, base.requests, conns)
	if err != nil {
		return contest{}, err
	}
	defer one.close()
	other, err := dial(target.process, target.requests, conns)
	if err != nil {
		return contest{}, err
	}
	defer other.close()
	if found, err = compare(ctx, one, other, rounds, b.round); err != nil {
		return contest{}, err
	}
	b.say("%s\n%s", line(base.name, found.base), line(target.name, found.target))
	return found, nil
}

func (b *bench) instructions(number, figure string, goal float64, c contest) {
	if found := c.ratio(instructions); found.median > 0 {
		b.atMost(number, figure, goal, found)
		return
	}
	b.note(number, figure, "not supported here: this machine counts no instructions")
}
