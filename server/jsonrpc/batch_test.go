package jsonrpc

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"runtime"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"countersign/methods"
	"countersign/server/wire"
	"countersign/server/wire/wiretest"
)

// inBatch repeats a request n times; %d in it is its number.
func inBatch(n int, request string) string {
	list := make([]string, n)
	for i := range list {
		list[i] = strings.ReplaceAll(request, "%d", fmt.Sprint(i))
	}
	return "[" + strings.Join(list, ",") + "]"
}

// parts splits the answer to a batch.
func parts(t *testing.T, body []byte) []string {
	t.Helper()
	var list []json.RawMessage
	if err := json.Unmarshal(body, &list); err != nil {
		t.Fatalf("%v: %.300s", err, body)
	}
	out := make([]string, len(list))
	for i := range list {
		out[i] = string(list[i])
	}
	return out
}

func TestBatch(t *testing.T) {
	const invalid = `{"jsonrpc":"2.0","error":{"code":-32600,"message":"invalid_request"},"id":null}`
	for _, c := range []struct {
		why    string
		style  wire.Style
		body   string
		answer string
	}{
		{"one", wire.Style{}, `[{"jsonrpc":"2.0","method":"m","id":1}]`, `[{"jsonrpc":"2.0","result":[],"id":1}]`},
		{"blanks", wire.Style{}, " \r\n[ {\"jsonrpc\":\"2.0\",\"method\":\"m\",\"id\":1} , 5 ] ", `[{"jsonrpc":"2.0","result":[],"id":1},` + invalid + `]`},
		{"each in its own version", wire.Style{}, `[{"jsonrpc":"2.0","method":"a","id":1},{"version":"1.1","method":"b","id":2},{"method":"c","id":3}]`,
			`[{"jsonrpc":"2.0","result":[],"id":1},{"version":"1.1","result":[],"id":2},{"result":[],"error":null,"id":3}]`},
		{"each in its own version, legacy", legacy, `[{"jsonrpc":"2.0","method":"a","id":1},{"version":"1.1","method":"b","id":2},{"method":"c","id":3},7]`,
			`[{"jsonrpc":"2.0","result":[],"id":1},{"version":"1.1","result":[]},{"result":[],"error":null,"id":3},` + invalid + `]`},
		{"a batch in a batch", wire.Style{}, `[[{"jsonrpc":"2.0","method":"a","id":1}]]`, `[` + invalid + `]`},
		{"a notification first", wire.Style{}, `[{"jsonrpc":"2.0","method":"a"},{"jsonrpc":"2.0","method":"b","id":1}]`, `[{"jsonrpc":"2.0","result":[],"id":1}]`},
		{"a notification last", wire.Style{}, `[{"jsonrpc":"2.0","method":"b","id":1},{"method":"a","id":null}]`, `[{"jsonrpc":"2.0","result":[],"id":1}]`},
		{"notifications", wire.Style{}, `[{"jsonrpc":"2.0","method":"a"},{"method":"b"}]`, ``},
		{"notifications, legacy", legacy, `[{"jsonrpc":"2.0","method":"a"},{"method":"b"}]`, ``},
		{"empty", wire.Style{}, `[]`, invalid},
		{"empty, legacy", legacy, ` [ ] `, invalid},
		{"a bad one faults alone", wire.Style{}, `[{"jsonrpc":"2.0","method":"a","id":1},{"jsonrpc":"2.0","Method":"a","id":2}]`,
			`[{"jsonrpc":"2.0","result":[],"id":1},{"jsonrpc":"2.0","error":{"code":-32600,"message":"invalid_request"},"id":2}]`},
		{"broken", legacy, `[{"jsonrpc":"2.0","method":"a","id":1},]`, `{"version":"1.1","error":{"name":"JSONRPCError","code":-32700,"message":"parse"}}`},
	} {
		t.Run(c.why, func(t *testing.T) {
			reply := post(t, newCore(), c.style, c.body)
			if got := string(reply.Body); got != c.answer {
				t.Errorf("%s\n got %s\nwant %s", c.body, got, c.answer)
			}
			if reply.Status != 0 {
				t.Error(reply.Status)
			}
		})
	}
}

// TestBatchLimit: a hundred requests, and not one more.
func TestBatchLimit(t *testing.T) {
	const request = `{"jsonrpc":"2.0","method":"m","params":[%d],"id":%d}`
	list := parts(t, post(t, newCore(), wire.Style{}, inBatch(100, request)).Body)
	if len(list) != 100 {
		t.Fatal(len(list))
	}
	for i, got := range list {
		if want := fmt.Sprintf(`{"jsonrpc":"2.0","result":[%d],"id":%d}`, i, i); got != want {
			t.Errorf("got %s, want %s", got, want)
		}
	}
	core := newCore()
	reply := post(t, core, wire.Style{}, inBatch(101, request))
	if got := string(reply.Body); got != `{"jsonrpc":"2.0","error":{"code":-32007,"message":"too_large"},"id":null}` || strings.Contains(core.told(), "call") {
		t.Errorf("%s, %s", got, core.told())
	}
}

// TestForksComeFirst: a core is not asked for a fork while others are at work.
func TestForksComeFirst(t *testing.T) {
	c := &counting{core: newCore()}
	req := &wire.Request{Body: []byte(inBatch(20, `{"jsonrpc":"2.0","method":"m","id":%d}`)), Limits: wire.DefaultLimits()}
	Transport{}.Answer(t.Context(), req, c, nil)
	if c.forks != 20 || !strings.HasPrefix(c.told(), "speak 2.0") {
		t.Errorf("%d forks; %s", c.forks, c.told())
	}
}

type counting struct {
	*core
	forks int
}

func (c *counting) Fork() wire.Core {
	if len(c.journal.lines) > 0 {
		panic("forked while a fork was in use")
	}
	c.forks++
	return c.core.Fork()
}

// TestBatchRunsAtOnce: as many calls as there are workers are under way at the same time,
// and no more; the answers keep their order.
func TestBatchRunsAtOnce(t *testing.T) {
	defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(4))
	synctest.Test(t, func(t *testing.T) {
		var now, most atomic.Int64
		core := newCore()
		core.run = func(_ context.Context, _ string, args wire.Args) wire.Outcome {
			v, _, _ := args.Values()
			most.Store(max(most.Load(), now.Add(1)))
			time.Sleep(time.Duration(100-v[0].Int()) * time.Millisecond)
			now.Add(-1)
			return wire.Outcome{Value: v[0]}
		}
		start := time.Now()
		list := parts(t, post(t, core, wire.Style{}, inBatch(16, `{"jsonrpc":"2.0","method":"m","params":[%d],"id":%d}`)).Body)
		if took := time.Since(start); took > 200*time.Millisecond {
			t.Errorf("took %v", took)
		}
		if most.Load() != 8 {
			t.Errorf("%d calls at once", most.Load())
		}
		for i, got := range list {
			if want := fmt.Sprintf(`{"jsonrpc":"2.0","result":%d,"id":%d}`, i, i); got != want {
				t.Errorf("got %s, want %s", got, want)
			}
		}
	})
}

func TestWorkers(t *testing.T) {
	defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(1))
	for _, c := range []struct{ processors, elements, want int }{
		{1, 1, 1}, {1, 50, 2}, {2, 50, 4}, {2, 3, 3}, {4, 50, 8}, {64, 50, 8}, {64, 1, 1},
	} {
		runtime.GOMAXPROCS(c.processors)
		if got := workers(c.elements); got != c.want {
			t.Errorf("%d processors, %d elements: %d workers, want %d", c.processors, c.elements, got, c.want)
		}
	}
}

// large is a core whose answers have as many bytes as the first argument says.
func large() *core {
	c := newCore()
	c.run = func(_ context.Context, _ string, args wire.Args) wire.Outcome {
		v, _, _ := args.Values()
		return wire.Outcome{Value: methods.String(strings.Repeat("x", int(v[0].Int())))}
	}
	return c
}

// TestAnswerLimit: results that have no room are errors of their own, always the same
// ones, and the answer is never longer than it may be.
func TestAnswerLimit(t *testing.T) {
	answer := func(limit int, body string) string {
		limits := wire.DefaultLimits()
		limits.Answer = limit
		reply := Transport{}.Answer(t.Context(), &wire.Request{Body: []byte(body), Limits: limits}, large(), nil)
		if len(reply.Body) > limit && reply.Body[0] == '[' {
			t.Errorf("%d bytes of answer, %d allowed", len(reply.Body), limit)
		}
		return string(reply.Body)
	}
	const tooLarge = `{"jsonrpc":"2.0","error":{"code":-32007,"message":"too_large"},"id":%s}`
	request := func(size int, id string) string {
		return fmt.Sprintf(`{"jsonrpc":"2.0","method":"m","params":[%d],"id":%s}`, size, id)
	}
	whole := len(`[{"jsonrpc":"2.0","result":"","id":1}]`)

	t.Run("at the limit", func(t *testing.T) {
		if got := parts(t, []byte(answer(1000, "["+request(1000-whole, "1")+"]"))); len(got[0]) != 1000-2 {
			t.Error(got)
		}
		if got := parts(t, []byte(answer(1000, "["+request(1001-whole, "1")+"]"))); got[0] != fmt.Sprintf(tooLarge, "1") {
			t.Error(got)
		}
	})
	t.Run("the one that has no room faults alone", func(t *testing.T) {
		body := "[" + strings.Join([]string{request(3000, "1"), request(7000, "2"), request(3000, "3"), request(5, "4")}, ",") + "]"
		for range 50 { // the workers meet differently each time
			got := parts(t, []byte(answer(8000, body)))
			if len(got) != 4 || len(got[0]) < 3000 || got[1] != fmt.Sprintf(tooLarge, "2") || len(got[2]) < 3000 || got[3] != `{"jsonrpc":"2.0","result":"xxxxx","id":4}` {
				t.Fatalf("%.60s", got)
			}
		}
	})
	t.Run("there is room for the errors behind", func(t *testing.T) {
		id := `"` + strings.Repeat("<", 100) + `"`
		list := []string{request(4000, "1")}
		for range 20 {
			list = append(list, request(15_000, id))
		}
		got := parts(t, []byte(answer(22000, "["+strings.Join(list, ",")+"]")))
		if len(got) != 21 || len(got[0]) < 4000 {
			t.Fatal(len(got))
		}
		for _, g := range got[1:] {
			if g != fmt.Sprintf(tooLarge, `"`+strings.Repeat(`\u003c`, 100)+`"`) {
				t.Errorf("%.100s", g)
			}
		}
	})
	t.Run("no room even for errors", func(t *testing.T) {
		id := `"` + strings.Repeat("a", 2000) + `"`
		if got := answer(3000, "["+request(1, id)+","+request(1, id)+"]"); got != `{"jsonrpc":"2.0","error":{"code":-32007,"message":"too_large"},"id":null}` {
			t.Error(got)
		}
	})
	t.Run("notifications take none", func(t *testing.T) {
		list := strings.Repeat(`{"jsonrpc":"2.0","method":"m","params":[5000]},`, 20)
		if got := parts(t, []byte(answer(1000, "["+list+request(500, "1")+"]"))); len(got) != 1 || len(got[0]) < 500 {
			t.Error(got)
		}
	})
	t.Run("a list is not encoded to its end", func(t *testing.T) {
		e := encoder{most: 1000}
		if dst := e.value(nil, methods.Array(make([]methods.Value, 100_000)...)); !errors.Is(e.err, errAnswerTooBig) || len(dst) > 1100 {
			t.Errorf("%d bytes, %v", len(dst), e.err)
		}
	})
}

// TestBatchMemory: while the first call takes its time, the answers behind it do not pile
// up: the workers wait, and go on when it is done.
func TestBatchMemory(t *testing.T) {
	defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(2))
	synctest.Test(t, func(t *testing.T) {
		var begun atomic.Int64
		core := newCore()
		core.run = func(_ context.Context, _ string, args wire.Args) wire.Outcome {
			begun.Add(1)
			v, _, _ := args.Values()
			if v[0].Int() == 0 {
				time.Sleep(time.Second)
				// Nineteen of 1041 bytes wait without going over the limit, the twentieth with;
				// others may have been at work by then.
				if n := begun.Load(); n < 20 || n > 1+20+2 {
					t.Errorf("%d calls were made meanwhile", n-1)
				}
			}
			return wire.Outcome{Value: methods.String(strings.Repeat("x", 1000))}
		}
		limits := wire.DefaultLimits()
		limits.Answer = 20_000
		req := &wire.Request{Body: []byte(inBatch(50, `{"jsonrpc":"2.0","method":"m","params":[%d],"id":%d}`)), Limits: limits}
		reply := Transport{}.Answer(t.Context(), req, core, nil)
		if list := parts(t, reply.Body); len(list) != 50 || begun.Load() != 50 {
			t.Errorf("%d answers, %d calls", len(list), begun.Load())
		}
	})
}

// TestBatchOfADeadRequest: what was not begun when the request's time is over is not.
func TestBatchOfADeadRequest(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	core := newCore()
	req := &wire.Request{Body: []byte(inBatch(3, `{"jsonrpc":"2.0","method":"m","id":%d}`)), Limits: wire.DefaultLimits()}
	reply := Transport{}.Answer(ctx, req, core, nil)
	if list := parts(t, reply.Body); len(list) != 3 || strings.Contains(core.told(), "call") || !strings.Contains(list[2], "-32603") {
		t.Errorf("%s, %s", list, core.told())
	}
}

// TestBatchPanics: a panic arrives on the goroutine that the request came on, where the
// server waits for it, and nobody is left waiting.
func TestBatchPanics(t *testing.T) {
	for _, which := range []int64{0, 7, 19} {
		synctest.Test(t, func(t *testing.T) {
			core := newCore()
			core.run = func(_ context.Context, _ string, args wire.Args) wire.Outcome {
				v, _, _ := args.Values()
				if v[0].Int() == which {
					time.Sleep(time.Millisecond)
					panic("broken")
				}
				return wire.Outcome{Value: methods.String(strings.Repeat("x", 1000))}
			}
			limits := wire.DefaultLimits()
			limits.Answer = 8000
			req := &wire.Request{Body: []byte(inBatch(20, `{"jsonrpc":"2.0","method":"m","params":[%d],"id":%d}`)), Limits: limits}
			defer func() {
				p, ok := recover().(error)
				if !ok || !strings.Contains(p.Error(), "broken") || !strings.Contains(p.Error(), "batch_test.go") {
					t.Errorf("recovered %v", p)
				}
			}()
			Transport{}.Answer(t.Context(), req, core, nil)
			t.Error("no panic")
		})
	}
}

// TestBatchUnsendable: a result that cannot leave is a fault of its element.
func TestBatchUnsendable(t *testing.T) {
	core := newCore()
	core.run = func(_ context.Context, method string, _ wire.Args) wire.Outcome {
		if method == "bad" {
			return wire.Outcome{Value: wiretest.Unsendable()["deep in an array"]}
		}
		return wire.Outcome{}
	}
	got := post(t, core, wire.Style{}, `[{"jsonrpc":"2.0","method":"good","id":1},{"jsonrpc":"2.0","method":"bad","id":2}]`).Body
	if want := `[{"jsonrpc":"2.0","result":null,"id":1},{"jsonrpc":"2.0","error":{"code":-32603,"message":"internal"},"id":2}]`; string(got) != want {
		t.Errorf("got %s", got)
	}
}

// TestBatchesAtOnce is for the race detector: requests share pools.
func TestBatchesAtOnce(t *testing.T) {
	var all sync.WaitGroup
	for range 8 {
		all.Go(func() {
			for range 50 {
				list := parts(t, post(t, newCore(), wire.Style{}, inBatch(20, `{"jsonrpc":"2.0","method":"m","params":{"a\n":"%d"},"id":"%d"}`)).Body)
				for i, got := range list {
					if want := fmt.Sprintf(`{"jsonrpc":"2.0","result":{"a\n":"%d"},"id":"%d"}`, i, i); got != want {
						t.Errorf("got %s, want %s", got, want)
					}
				}
			}
		})
	}
	all.Wait()
}
