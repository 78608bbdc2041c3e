package soap

import (
	"errors"
	"net/http"
	"strings"
	"testing"
	"time"

	"countersign/methods"
	"countersign/server/wire"
	"countersign/server/wire/wiretest"
)

func TestMediaTypes(t *testing.T) {
	for media, want := range map[string]bool{
		"": true, "text/xml": true, "application/xml": true, "application/soap+xml": true,
		"application/json": false, "text/html": false, "text/plain": false, "multipart/related": false,
		"application/x-www-form-urlencoded": false, "unreadable": false, "xml": false,
	} {
		if got := New().Reads(media); got != want {
			t.Errorf("%q: %v, want %v", media, got, want)
		}
	}
	if New().Name() != "soap" || New().ContentType() != "text/xml; charset=utf-8" || !New().Gets() {
		t.Error("name, content type or GET")
	}
}

func TestAnswer(t *testing.T) {
	one := &wire.Outcome{Value: methods.Int(1)}
	t.Run("appends behind what is there", func(t *testing.T) {
		core := &scripted{out: one}
		req := &wire.Request{Body: []byte(callOf("")), Limits: wire.DefaultLimits()}
		reply := New().Answer(t.Context(), req, core, []byte("before"))
		if !strings.HasPrefix(string(reply.Body), "before<?xml") || core.method != "echo" {
			t.Errorf("%s, method %q", reply.Body, core.method)
		}
	})
	t.Run("hands the status on", func(t *testing.T) {
		core := &scripted{out: &wire.Outcome{Fault: &wire.Fault{Kind: methods.KindLoginRequired}, Status: http.StatusUnauthorized}}
		for _, doc := range []string{callOf(""), callOf12("")} {
			if reply := answer(doc, core, wire.Style{}); reply.Status != http.StatusUnauthorized {
				t.Error(reply.Status)
			}
		}
	})
	t.Run("tells its version first", func(t *testing.T) {
		for doc, want := range map[string]wire.Version{
			callOf(""): wire.SOAP11, callOf12(""): wire.SOAP12, "<a>": wire.SOAP11,
			start12 + body("") + end: wire.SOAP12,
		} {
			core := &scripted{out: one}
			answer(doc, core, wire.Style{})
			if len(core.spoken) != 1 || core.spoken[0] != want {
				t.Errorf("%.60s: %v", doc, core.spoken)
			}
		}
	})
	t.Run("a document that is none never becomes a call", func(t *testing.T) {
		core := &scripted{}
		reply := answer("<a>", core, wire.Style{})
		if core.method != "" || len(core.failed) != 1 || !strings.Contains(string(reply.Body), ">77</code>") || reply.Status != 500 {
			t.Errorf("%q, %v, %s", core.method, core.failed, reply.Body)
		}
	})
	t.Run("a result that cannot leave is a whole fault", func(t *testing.T) {
		far := methods.FloatingTime(time.Date(10000, 1, 1, 0, 0, 0, 0, time.UTC))
		core := &scripted{out: &wire.Outcome{Value: methods.Array(methods.String("leaks"), far)}}
		reply := answer(callOf(""), core, wire.Style{})
		text := string(reply.Body)
		if len(core.failed) != 1 || !errors.Is(core.failed[0], errUnsendable) || strings.Contains(text, "leaks") ||
			strings.Count(text, "Envelope ") != 1 || !strings.Contains(text, "<faultcode>SOAP-ENV:Server</faultcode>") {
			t.Errorf("%v, %s", core.failed, text)
		}
	})
	t.Run("a value in place of a fault, before there was a call", func(t *testing.T) {
		m := message{version: wire.SOAP11}
		e := m.encoder(nil)
		reply, ok := e.encode(&m, &wire.Outcome{Value: methods.String("UNAUTHORIZED")}, codeOfKind, false)
		if !ok || content(t, reply) != `<Response><return xsi:type="xsd:string">UNAUTHORIZED</return></Response>` {
			t.Errorf("%s", reply.Body)
		}
	})
	t.Run("a refusal", func(t *testing.T) {
		reply := New().Refuse(wire.Outcome{Fault: &wire.Fault{Code: 15, Text: "no", Kind: methods.KindBusy}}, wire.Style{}, nil)
		want := `<SOAP-ENV:Fault><faultcode>SOAP-ENV:Server</faultcode><faultstring>no</faultstring>` +
			`<detail><code xsi:type="xsd:int">15</code></detail></SOAP-ENV:Fault>`
		if got := content(t, reply); got != want || reply.Status != 500 || reply.ContentType != "" {
			t.Errorf("%d %s", reply.Status, reply.Body)
		}
	})
}

// TestNames: a name is the method's own, or has underscores for its dots; it is answered
// as it was sent.
func TestNames(t *testing.T) {
	view := newLoginCore(t).view
	for sent, want := range map[string]string{
		"system.login": "system.login", "system_login": "system.login", "system_Login": "system_Login",
		"a_b.c": "a_b.c", "no_such": "no_such", "echoString": "echoString",
		"addressbook.boaddressbook.read_entries": "addressbook.boaddressbook.read_entries",
	} {
		core := &scripted{out: &wire.Outcome{}, view: view}
		reply := answer(strings.ReplaceAll(callOf(""), "m:echo", "m:"+sent), core, wire.Style{})
		if core.method != want || !strings.Contains(string(reply.Body), "<m:"+sent+`Response xmlns:m="urn:x">`) {
			t.Errorf("%s: called %q, %s", sent, core.method, reply.Body)
		}
	}
}

// TestReadingsAreReused: nothing of one request is seen by the next, and the values of a
// call outlive the tape they were read from.
func TestReadingsAreReused(t *testing.T) {
	first := string(answer(callOf("<a>first</a>"), &scripted{}, wire.Style{}).Body)
	second := string(answer(callOf12("<a>second</a>"), &scripted{}, wire.Style{}).Body)
	third := string(answer(callOf(""), &scripted{}, wire.Style{}).Body)
	if !strings.Contains(first, "first") || strings.Contains(second, "first") || strings.Contains(third, "second") ||
		strings.Contains(third, envelope12URI) {
		t.Errorf("%s\n%s\n%s", first, second, third)
	}
	var kept []methods.Value
	core := wiretest.Keeper{Keep: func(v []methods.Value) { kept = v }}
	for _, text := range []string{"alpha", "&#98;eta"} {
		answer(callOf("<a>"+text+"</a>"), core, wire.Style{})
		was := wiretest.Show(kept[0])
		answer(callOf("<a>XXXXXXXX</a>"), &scripted{}, wire.Style{})
		if now := wiretest.Show(kept[0]); now != was {
			t.Errorf("%s became %s", was, now)
		}
	}
}
