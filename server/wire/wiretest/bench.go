package wiretest

import (
	"bytes"
	"encoding/xml"
	"io"
	"strings"
	"testing"

	"countersign/server/wire"
)

// Document is a request to measure with, for the methods of Sample.
type Document struct {
	Name, Body string
	// Want is in the answer.
	Want string
}

// BenchmarkAnswer measures a transport from the bytes of a request to the bytes of its
// answer: parse, look up, bind, run, encode.
func BenchmarkAnswer(b *testing.B, transport wire.Transport, documents []Document) {
	for _, d := range documents {
		b.Run(d.Name, func(b *testing.B) {
			core := Sample(b)
			req := &wire.Request{Body: []byte(d.Body), Limits: wire.DefaultLimits()}
			var dst []byte
			answer := func() { dst = transport.Answer(b.Context(), req, core, dst[:0]).Body }
			if answer(); !strings.Contains(string(dst), d.Want) {
				b.Fatalf("answer: %.600s", dst)
			}
			b.SetBytes(int64(max(len(d.Body), len(dst))))
			b.ReportAllocs()
			for b.Loop() {
				answer()
			}
		})
	}
}

// BenchmarkTokens measures Token of encoding/xml over the same bytes, to divide by.
func BenchmarkTokens(b *testing.B, documents []Document) {
	for _, d := range documents {
		b.Run(d.Name, func(b *testing.B) {
			body := []byte(d.Body)
			b.SetBytes(int64(len(body)))
			b.ReportAllocs()
			for b.Loop() {
				if err := readTokens(body); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

// WellFormed checks that a document is XML to somebody else.
func WellFormed(tb testing.TB, document []byte) {
	tb.Helper()
	if err := readTokens(document); err != nil {
		tb.Fatalf("not well formed: %v\n%s", err, document)
	}
}

func readTokens(document []byte) error {
	for dec := xml.NewDecoder(bytes.NewReader(document)); ; {
		if _, err := dec.Token(); err == io.EOF {
			return nil
		} else if err != nil {
			return err
		}
	}
}
