package jsonrpc

import (
	"context"
	"net/http"
	"strings"
	"testing"

	"countersign/methods"
	"countersign/server/wire"
	"countersign/server/wire/wiretest"
)

func TestMediaTypes(t *testing.T) {
	for media, want := range map[string]bool{
		"application/json": true, "application/json-rpc": true, "application/jsonrequest": true,
		"application/vnd.example+json": true,
		"":                             false, "text/plain": false, "text/json": false, "text/javascript": false, "text/xml": false,
		"application/x-www-form-urlencoded": false, "multipart/form-data": false, "application/xml": false,
		"application/jsonx": false, "json": false, "unreadable": false,
	} {
		if got := (Transport{}).Reads(media); got != want {
			t.Errorf("%q: %v, want %v", media, got, want)
		}
	}
	tr := Transport{}
	if tr.Name() != "jsonrpc" || tr.ContentType() != "application/json; charset=utf-8" || !tr.Gets() {
		t.Error("name, content type or verbs")
	}
}

// runs gives a core that answers every call with v.
func runs(v methods.Value) func(context.Context, string, wire.Args) wire.Outcome {
	return func(context.Context, string, wire.Args) wire.Outcome { return wire.Outcome{Value: v} }
}

func TestAnswer(t *testing.T) {
	for _, c := range []struct{ why, body, want string }{
		{"one", `{"jsonrpc":"2.0","method":"m","id":7}`, `{"jsonrpc":"2.0","result":1,"id":7}`},
		{"a batch", `[{"jsonrpc":"2.0","method":"m","id":7}]`, `[{"jsonrpc":"2.0","result":1,"id":7}]`},
		{"a notification", `{"jsonrpc":"2.0","method":"m"}`, ``},
		{"notifications", `[{"jsonrpc":"2.0","method":"m"}]`, ``},
		{"what cannot be read", `x`, `{"jsonrpc":"2.0","error":{"code":-32700,"message":"parse"},"id":null}`},
	} {
		t.Run(c.why+" is appended behind what is there", func(t *testing.T) {
			core := newCore()
			core.run = runs(methods.Int(1))
			req := &wire.Request{Body: []byte(c.body), Limits: wire.DefaultLimits()}
			if reply := (Transport{}).Answer(t.Context(), req, core, []byte("before")); string(reply.Body) != "before"+c.want {
				t.Errorf("got %s", reply.Body)
			}
		})
	}
	t.Run("hands the status on", func(t *testing.T) {
		core := newCore()
		core.run = func(context.Context, string, wire.Args) wire.Outcome {
			return wire.Outcome{Value: methods.Int(1), Status: http.StatusUnauthorized}
		}
		if reply := post(t, core, wire.Style{}, callOf("1")); reply.Status != http.StatusUnauthorized {
			t.Error(reply.Status)
		}
	})
	t.Run("a result that stands for an error", func(t *testing.T) {
		core := &polite{newCore()}
		req := &wire.Request{Body: []byte(`x`), Limits: wire.DefaultLimits()}
		reply := Transport{}.Answer(t.Context(), req, core, nil)
		if string(reply.Body) != `{"jsonrpc":"2.0","result":"no","id":null}` || reply.Status != http.StatusTeapot {
			t.Errorf("%d %s", reply.Status, reply.Body)
		}
	})
}

// polite answers errors with a value, as a dialect may.
type polite struct{ *core }

func (polite) Fail(error) wire.Outcome {
	return wire.Outcome{Value: methods.String("no"), Status: http.StatusTeapot}
}

// TestArgumentsAreLazy: a call that is refused costs no decoding, and is refused before
// its arguments are looked at.
func TestArgumentsAreLazy(t *testing.T) {
	core := newCore()
	core.run = runs(methods.Nil())
	for _, body := range []string{callOf("1e999"), `{"method":"m","params":{},"id":1}`} {
		if got := string(post(t, core, wire.Style{}, body).Body); strings.Contains(got, "code") {
			t.Errorf("%s: %s", body, got)
		}
	}
}

// TestExchangesAreReused: nothing of one request is seen by the next, and the values of a
// call outlive the tape they were read from.
func TestExchangesAreReused(t *testing.T) {
	var kept []methods.Value
	core := newCore()
	core.run = func(_ context.Context, _ string, args wire.Args) wire.Outcome {
		v, _, err := args.Values()
		if err != nil {
			return wire.Outcome{}
		}
		kept = v
		return wire.Outcome{}
	}
	for _, text := range []string{"alpha", `b\u0065ta`, "γ"} {
		body := []byte(callOf(`{"name":"` + text + `","list":[1,2]}`))
		Transport{}.Answer(t.Context(), &wire.Request{Body: body, Limits: wire.DefaultLimits()}, core, nil)
		was := wiretest.Show(kept[0])
		clear(body)
		post(t, newCore(), wire.Style{}, callOf(`{"XXXX":"XXXX","XXXX2":[9,9]}`))
		if now := wiretest.Show(kept[0]); now != was {
			t.Errorf("%s became %s", was, now)
		}
	}
	if got := string(post(t, newCore(), wire.Style{}, `{"jsonrpc":"2.0","method":"m","id":1}`).Body); got != `{"jsonrpc":"2.0","result":[],"id":1}` {
		t.Error(got)
	}
}

// TestTapesStaySmall: one large request does not make a pool large.
func TestTapesStaySmall(t *testing.T) {
	var tape tape
	limits := wire.DefaultLimits()
	limits.Elements = 1 << 20
	if err := tape.scan("["+strings.Repeat("1,", kept)+"{"+manyMembers(5000)+"}]", limits, 0); err != nil {
		t.Fatal(err)
	}
	for _, slot := range tape.names.slots {
		if slot != "" {
			t.Fatal("a name is kept")
		}
	}
	tape.reset()
	if tape.nodes != nil || tape.names.slots != nil || tape.doc != "" {
		t.Errorf("%d nodes, %d names", cap(tape.nodes), cap(tape.names.slots))
	}
}
