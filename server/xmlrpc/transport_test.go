package xmlrpc

import (
	"context"
	"errors"
	"math"
	"net/http"
	"strings"
	"testing"

	"countersign/methods"
	"countersign/server/wire"
	"countersign/server/wire/wiretest"
)

func TestMediaTypes(t *testing.T) {
	for media, want := range map[string]bool{
		"": true, "text/xml": true, "application/xml": true, "application/xmlrpc+xml": true,
		"application/octet-stream": true, "application/x-www-form-urlencoded": true, "text/plain": true,
		"application/json": false, "text/html": false, "multipart/form-data": false, "unreadable": false,
		"text/xmlx": false, "xml": false,
	} {
		if got := (Transport{}).Reads(media); got != want {
			t.Errorf("%q: %v, want %v", media, got, want)
		}
	}
	if (Transport{}).Name() != "xmlrpc" || (Transport{}).ContentType() != "text/xml; charset=utf-8" {
		t.Error("name or content type")
	}
}

// scripted is a core whose outcomes the test chooses; it keeps what it was told.
type scripted struct {
	wiretest.Core
	out    wire.Outcome
	method string
	failed []error
}

func (s *scripted) Call(_ context.Context, method string, _ wire.Args) wire.Outcome {
	s.method = method
	return s.out
}

func (s *scripted) Fail(err error) wire.Outcome {
	s.failed = append(s.failed, err)
	return wire.Outcome{Fault: &wire.Fault{Code: 77, Text: "failed"}}
}

func TestAnswer(t *testing.T) {
	request := func(body string) *wire.Request {
		return &wire.Request{Body: []byte(body), Limits: wire.DefaultLimits()}
	}
	t.Run("appends behind what is there", func(t *testing.T) {
		core := &scripted{out: wire.Outcome{Value: methods.Int(1)}}
		reply := Transport{}.Answer(t.Context(), request(callOf()), core, []byte("before"))
		if !strings.HasPrefix(string(reply.Body), "before<?xml") || core.method != "echo" {
			t.Errorf("%s, method %q", reply.Body, core.method)
		}
	})
	t.Run("hands the status on", func(t *testing.T) {
		core := &scripted{out: wire.Outcome{Value: methods.Int(1), Status: http.StatusUnauthorized}}
		if reply := (Transport{}).Answer(t.Context(), request(callOf()), core, nil); reply.Status != http.StatusUnauthorized {
			t.Error(reply.Status)
		}
	})
	t.Run("a document that is none never becomes a call", func(t *testing.T) {
		core := &scripted{}
		reply := Transport{}.Answer(t.Context(), request("<a>"), core, nil)
		if core.method != "" || len(core.failed) != 1 || !strings.Contains(string(reply.Body), "<int>77</int>") {
			t.Errorf("%q, %v, %s", core.method, core.failed, reply.Body)
		}
	})
	t.Run("a result that cannot leave is a whole fault", func(t *testing.T) {
		core := &scripted{out: wire.Outcome{Value: methods.Array(methods.String("leaks"), methods.Double(math.NaN()))}}
		reply := Transport{}.Answer(t.Context(), request(callOf()), core, nil)
		body := string(reply.Body)
		if len(core.failed) != 1 || !errors.Is(core.failed[0], errUnsendable) ||
			strings.Contains(body, "leaks") || strings.Count(body, "<methodResponse>") != 1 || !strings.Contains(body, "<fault>") {
			t.Errorf("%v, %s", core.failed, body)
		}
	})
	t.Run("a refusal", func(t *testing.T) {
		reply := Transport{}.Refuse(wire.Outcome{Fault: &wire.Fault{Code: 15, Text: "no"}}, wire.Style{}, nil)
		if !strings.Contains(string(reply.Body), "<int>15</int>") {
			t.Errorf("%s", reply.Body)
		}
	})
}

// TestTapesAreReused: nothing of one request is seen by the next, and the values of a
// call outlive the tape they were read from.
func TestTapesAreReused(t *testing.T) {
	first := answer([]byte(callOf("<value>first</value>")), "", wire.Style{})
	second := answer([]byte(`<methodCall><methodName>other</methodName></methodCall>`), "", wire.Style{})
	if strings.Contains(string(second.Body), "first") || !strings.Contains(string(first.Body), "first") {
		t.Errorf("%s\n%s", first.Body, second.Body)
	}
	var kept []methods.Value
	core := wiretest.Keeper{Keep: func(v []methods.Value) { kept = v }}
	for _, text := range []string{"alpha", "&#98;eta"} {
		Transport{}.Answer(t.Context(), &wire.Request{Body: []byte(callOf("<value>" + text + "</value>")), Limits: wire.DefaultLimits()}, core, nil)
		was := wiretest.Show(kept[0])
		answer([]byte(callOf("<value>XXXXXXXX</value>")), "", wire.Style{})
		if now := wiretest.Show(kept[0]); now != was {
			t.Errorf("%s became %s", was, now)
		}
	}
}
