package jsonrpc

import (
	"context"
	"sync"

	"countersign/methods"
	"countersign/server/wire"
)

// batch answers an array of requests, which only 2.0 has; each is answered in its own
// version. The calls are made at the same time, by a few workers; the answers stand in
// the order of the requests.
type batch struct {
	ctx   context.Context
	style wire.Style
	limit int // bytes of the answer
	calls []call
	cores []wire.Core
	need  []int // what the answers behind an element take at least, as errors

	mu   sync.Mutex
	wake sync.Cond // for those who wait in claim

	// Guarded by mu:
	dst     []byte     // the answer, from start on
	begun   int        // elements that somebody works on, or has
	sent    int        // elements whose answer is in dst
	done    []answered // of each element
	waiting int        // bytes of answers that wait for one before them
	over    bool       // not even errors had room
	failure any        // what a worker panicked with

	start int
}

// answered is an element's answer on its way to its place.
type answered struct {
	is   bool
	text *[]byte // nil for a notification
}

func (x *exchange) batch(dst []byte) wire.Reply {
	n, most := int(x.tape.nodes[0].count), x.req.Limits.Batch
	in20 := shape{version: wire.JSON20}
	switch {
	case n == 0:
		return x.refuse(in20, errEmptyBatch, dst)
	case n > most:
		return x.refuse(in20, methods.Errorf(methods.KindTooLarge, "a batch has at most %d requests", most), dst)
	}
	b := newBatch(x, n, dst)
	b.run(workers(n))
	switch {
	case b.over:
		return x.refuse(in20, errBatchTooBig, dst)
	case len(b.dst) == b.start: // nothing but notifications
		return silence(dst)
	}
	return wire.Reply{Body: append(b.dst, ']')}
}

// newBatch reads the envelopes, and forks a core for each before any of them is used.
func newBatch(x *exchange, n int, dst []byte) *batch {
	b := &batch{
		ctx: x.ctx, style: x.req.Style, limit: x.req.Limits.Answer,
		calls: make([]call, n), cores: make([]wire.Core, n), need: make([]int, n),
		dst: dst, start: len(dst), done: make([]answered, n),
	}
	b.wake.L = &b.mu
	at := 1
	for i := range b.calls {
		b.calls[i] = readCall(&x.tape, at, b.style)
		b.cores[i] = x.core.Fork()
		at = x.tape.after(at)
	}
	const errorBytes = 256 // of an error without its id, generously
	for i := n - 1; i > 0; i-- {
		b.need[i-1] = b.need[i]
		if c := &b.calls[i]; !c.unanswered {
			b.need[i-1] += errorBytes + rawSize(c.id)
		}
	}
	return b
}

// room is how many bytes of the answer are left to element i.
func (b *batch) room(i int) int {
	const commaAndBracket = 2
	return b.limit - (len(b.dst) - b.start) - b.need[i] - commaAndBracket
}

// send appends the answer of element i. mu is held.
func (b *batch) send(i int) {
	text := b.done[i].text
	if text == nil {
		return
	}
	b.waiting -= len(*text)
	if len(*text) > b.room(i) {
		*text = b.tooBig(i, *text)
	}
	sep := byte(',')
	if len(b.dst) == b.start {
		sep = '['
	}
	if b.over = b.over || len(*text) > b.room(i)+b.need[i]; !b.over {
		b.dst = append(append(b.dst, sep), *text...)
	}
	recycle(text)
}

// tooBig answers, in place of text, that element i has no room.
func (b *batch) tooBig(i int, text []byte) []byte {
	return b.calls[i].shape(b.style).must(text[:0], b.cores[i].Fail(errAnswerTooBig))
}
