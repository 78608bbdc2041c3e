package main

import (
	"context"
	"errors"
	"fmt"
	"os"
)

// startServer starts the service on a database, with the modules that are called.
func (b *bench) startServer(url string) (*process, error) {
	return start("countersign", b.server, "serve", "--listen", "127.0.0.1:0", "--database", url,
		"--modules", "examples,validator1,interopEchoTests", "--workers", "1", "--linger", "0s")
}

// startHandler starts the bare handler, answering as many bytes as the server does.
func (b *bench) startHandler(size int, flags ...string) (*process, error) {
	return startSelf("bare net/http", append([]string{"handler", "-size", fmt.Sprint(size)}, flags...)...)
}

// startSelf starts this program as one of the servers that it can be.
func startSelf(name string, args ...string) (*process, error) {
	self, err := os.Executable()
	if err != nil {
		return nil, err
	}
	return start(name, self, args...)
}

// loaded is the service with sessions in memory.
type loaded struct {
	*process
	pairs    *pairs
	sessions int
	turns    []uint32 // the sessions that are used, in their order
}

func (b *bench) load(ctx context.Context) (s loaded, err error) {
	s.sessions = 100_000
	if b.quick {
		s.sessions = 20_000
	}
	var url string
	if url, s.pairs, err = fill(ctx, b.dir, s.sessions); err != nil {
		return s, err
	}
	if s.process, err = b.startServer(url); err != nil {
		return s, err
	}
	// Every session once, in a call that only a session may make: the server has them
	// in memory from here on, and they are good.
	if err := once(s.process, newCalls(whoAmI, s.pairs, inOrder(s.sessions))); err != nil {
		return s, errors.Join(err, s.stop())
	}
	s.turns = spread(s.sessions, 10_000)
	return s, nil
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
