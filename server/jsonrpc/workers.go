package jsonrpc

import (
	"fmt"
	"runtime"
	"runtime/debug"
	"sync"
)

// workers is how many work on a batch: two for each processor, since a call may wait
// for its store, but not so many that one request takes the whole service.
func workers(elements int) int {
	const most = 8
	return min(most, 2*runtime.GOMAXPROCS(0), elements)
}

// run answers all elements; the caller is one of the workers.
func (b *batch) run(workers int) {
	var helpers sync.WaitGroup
	for range workers - 1 {
		helpers.Go(b.work)
	}
	b.work()
	helpers.Wait()
	if b.failure != nil {
		panic(b.failure) // on the request's own goroutine, where the server expects it
	}
}

// workerPanic is a panic that is carried to another goroutine.
type workerPanic struct {
	value any
	stack []byte
}

// Error gives the stack too, since the one it is thrown on says nothing.
func (p *workerPanic) Error() string { return fmt.Sprintf("%v\n%s", p.value, p.stack) }

// work answers elements until none is left.
func (b *batch) work() {
	defer func() {
		if p := recover(); p != nil {
			b.mu.Lock()
			defer b.mu.Unlock()
			b.failure = &workerPanic{p, debug.Stack()}
			b.wake.Broadcast()
		}
	}()
	for {
		i, room, ok := b.claim()
		if !ok {
			return
		}
		b.deliver(i, b.answer(i, room))
	}
}

// claim takes the next element and says how long its answer may be at most. While much is
// done that waits for others it takes none: that bounds the memory of a batch. Somebody
// is then at work on what the others wait for, so this does not last.
func (b *batch) claim() (i, room int, ok bool) {
	b.mu.Lock()
	defer b.mu.Unlock()
	for b.waiting > b.limit && b.failure == nil {
		b.wake.Wait()
	}
	if b.begun == len(b.calls) || b.failure != nil {
		return 0, 0, false
	}
	i = b.begun
	b.begun++
	return i, b.room(i), true
}

// answer makes a call and encodes its answer; nil for a notification. What has no room
// now has none later.
func (b *batch) answer(i, room int) *[]byte {
	c, core := &b.calls[i], b.cores[i]
	if err := b.ctx.Err(); err != nil && c.err == nil {
		c.err = err
	}
	out := c.run(b.ctx, core)
	if c.unanswered {
		return nil
	}
	text := texts.Get().(*[]byte)
	var err error
	if *text, err = c.shape(b.style).append((*text)[:0], out, room); err != nil {
		*text = c.shape(b.style).must((*text)[:0], core.Fail(err))
	}
	return text
}

// deliver puts an answer in its place, and those behind it that waited for it.
func (b *batch) deliver(i int, text *[]byte) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.done[i] = answered{true, text}
	if text != nil {
		b.waiting += len(*text)
	}
	for b.sent < len(b.done) && b.done[b.sent].is {
		b.send(b.sent)
		b.sent++
	}
	b.wake.Broadcast()
}

// texts hold the answers of elements.
var texts = sync.Pool{New: func() any { return new([]byte) }}

func recycle(text *[]byte) {
	const most = 1 << 16
	if cap(*text) <= most {
		texts.Put(text)
	}
}
