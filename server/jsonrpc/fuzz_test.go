package jsonrpc

import (
	"bytes"
	"encoding/json"
	"strings"
	"testing"
	"unicode/utf8"

	"countersign/methods"
	"countersign/server/wire"
	"countersign/server/wire/wiretest"
)

// alone reads one value that is a whole document.
func alone(document string) (methods.Value, error) {
	var t tape
	if err := t.scan("["+document+"]", wire.DefaultLimits(), 1); err != nil {
		return methods.Value{}, err
	}
	d := newDecoder(&t, 0)
	items := d.value(0).Items()
	if len(items) != 1 {
		return methods.Value{}, errOracle
	}
	return items[0], d.err
}

// FuzzDecode: what is accepted is what encoding/json takes for valid, and means to a
// second decoder what it means here; what is refused is either no JSON or has one of the
// things that the profile does not have.
func FuzzDecode(f *testing.F) {
	for _, c := range accepted {
		f.Add(c.document)
	}
	for _, c := range refused {
		f.Add(c.document)
	}
	f.Add(strings.Repeat("[", 32) + strings.Repeat("]", 32))
	f.Add(strings.Repeat("[", 33) + strings.Repeat("]", 33))
	f.Fuzz(func(t *testing.T, document string) {
		got, err := alone(document)
		theirs, oracleErr := oracle(document)
		valid := json.Valid([]byte(document))
		if err == nil {
			if !valid || oracleErr != nil {
				t.Fatalf("accepted as %s; valid %v, %v", wiretest.Show(got), valid, oracleErr)
			}
			if wiretest.Show(got) != wiretest.Show(theirs) {
				t.Fatalf("read differently\nours   %s\ntheirs %s", wiretest.Show(got), wiretest.Show(theirs))
			}
			return
		}
		if !valid || oracleErr != nil || methods.AsError(err).Kind == methods.KindTooLarge {
			return
		}
		// Valid JSON, and small: there must be a reason that encoding/json does not know.
		for _, reason := range []string{`\u0000`, `\ud`, `\uD`} {
			if strings.Contains(document, reason) {
				return
			}
		}
		if utf8.ValidString(document) {
			t.Fatalf("refused: %v", err)
		}
	})
}

// FuzzAnswer: whatever comes in, JSON goes out, or nothing; what it took is in proportion
// to what came; and nothing in it can end a script.
func FuzzAnswer(f *testing.F) {
	for _, c := range exchangesByPost {
		f.Add([]byte(c.body), uint8(len(c.body)))
	}
	for _, c := range specified {
		f.Add([]byte(c.request), uint8(0))
	}
	for _, query := range []string{`method=m&params=[1]&id=7`, `method=m;callback=f;version=1.1`, `method=m&params=%7B%7D&id=%zz`} {
		f.Add([]byte(query), uint8(4))
	}
	f.Fuzz(func(t *testing.T, body []byte, flags uint8) {
		style := wire.Style{JSONLegacy: flags&1 > 0, JSONP: flags&2 > 0}
		req := &wire.Request{Body: body, Limits: wire.DefaultLimits(), Style: style}
		if flags&4 > 0 {
			req.Body, req.Get = nil, &wire.Get{Query: string(body), Base: "http://localhost"}
		}
		before := wiretest.Allocated()
		reply := Transport{}.Answer(t.Context(), req, newCore(), nil)
		// A value takes at most 20 bytes of tape and 24 to 40 of its own for two of text; the
		// fuzzing engine's own allocations are in the constant.
		if took, most := wiretest.Allocated()-before, uint64(2<<20+200*len(body)); took > most {
			t.Errorf("%d bytes of request took %d bytes of memory", len(body), took)
		}
		if len(reply.Body) > 32<<10+12*len(body) {
			t.Errorf("%d bytes of request gave %d bytes of answer", len(body), len(reply.Body))
		}
		answer := reply.Body
		if reply.ContentType != "" {
			open := bytes.IndexByte(answer, '(')
			if !bytes.HasPrefix(answer, []byte("/**/")) || !callbackName(string(answer[4:open])) || answer[len(answer)-1] != ')' {
				t.Fatalf("no script: %s", answer)
			}
			answer = answer[open+1 : len(answer)-1]
		}
		if len(answer) == 0 {
			if req.Get != nil {
				t.Fatal("no answer to a GET")
			}
			return
		}
		if !json.Valid(answer) || !utf8.Valid(answer) || bytes.ContainsAny(answer, "<>&\u2028\u2029") {
			t.Fatalf("the answer is not safe JSON: %s", answer)
		}
	})
}
