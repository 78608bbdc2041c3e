package verify

import (
	"bytes"
	"errors"
	"io"
	"net"
	"strings"
	"testing"
)

func TestFrameRoundTrip(t *testing.T) {
	for _, f := range []frame{
		{typ: frameJob, number: 1, kind: "k", payload: []byte("payload")},
		{typ: frameAnswer, number: 1<<64 - 1, payload: []byte{}},
		{typ: frameJob, kind: strings.Repeat("k", maxKind), payload: make([]byte, MaxPayload)},
	} {
		var b bytes.Buffer
		if err := writeFrame(&b, f); err != nil {
			t.Fatal(err)
		}
		got, err := readFrame(&b)
		if err != nil || got.typ != f.typ || got.number != f.number || got.kind != f.kind || !bytes.Equal(got.payload, f.payload) {
			t.Errorf("%+v, %v", got, err)
		}
		if _, err := readFrame(&b); err != io.EOF {
			t.Errorf("after the frame: %v", err)
		}
	}
}

func TestReadFrameRefuses(t *testing.T) {
	var b bytes.Buffer
	if err := writeFrame(&b, frame{typ: frameJob, kind: "kind", payload: []byte("payload")}); err != nil {
		t.Fatal(err)
	}
	sound := b.String()
	for name, tt := range map[string]struct {
		bytes string
		want  error
	}{
		"nothing":          {"", io.EOF},
		"half a header":    {sound[:8], io.ErrUnexpectedEOF},
		"header alone":     {sound[:headerLen], io.ErrUnexpectedEOF},
		"all but one byte": {sound[:len(sound)-1], io.ErrUnexpectedEOF},
		"other version":    {"\x01" + sound[1:], errFrame},
		"long kind":        {sound[:2] + "\x00\x41" + sound[4:], errFrame},
		"long payload":     {sound[:4] + "\xff\xff\xff\xff" + sound[8:], errFrame},
	} {
		if _, err := readFrame(strings.NewReader(tt.bytes)); !errors.Is(err, tt.want) {
			t.Errorf("%s: %v, want %v", name, err, tt.want)
		}
	}
}

func FuzzReadFrame(f *testing.F) {
	var b bytes.Buffer
	if err := writeFrame(&b, frame{typ: frameJob, number: 7, kind: kindVerify, payload: []byte("payload")}); err != nil {
		f.Fatal(err)
	}
	f.Add(b.Bytes())
	f.Add([]byte{})
	f.Fuzz(func(t *testing.T, in []byte) {
		got, err := readFrame(bytes.NewReader(in))
		if err != nil {
			return
		}
		var out bytes.Buffer
		if err := writeFrame(&out, got); err != nil {
			t.Fatal(err)
		}
		if !bytes.HasPrefix(in, out.Bytes()) {
			t.Fatalf("%x reads as %x", in, out.Bytes())
		}
	})
}

// FuzzHandlers feeds the worker's side of the argon2 jobs; payloads that would be
// costly are not what it looks for.
func FuzzHandlers(f *testing.F) {
	f.Add([]byte("\x00\x05$argoxyz"))
	f.Add([]byte("\x00\x00\x00\x40\x00\x00\x00\x01\x01x"))
	f.Add([]byte{})
	h := Argon2(bytes.NewReader(nil)) // no salt can be drawn, so nothing is hashed
	f.Fuzz(func(t *testing.T, payload []byte) {
		for _, kind := range []string{kindVerify, kindHash} {
			answer, err := h.do(Job{Kind: kind, Payload: bytes.Clone(payload)}, nil)
			var panicked *panicError
			if errors.As(err, &panicked) {
				t.Fatal(err)
			}
			if err == nil && len(answer) == 0 {
				t.Fatal("neither answer nor error")
			}
		}
	})
}

func TestServeRefusesWhatIsNoJob(t *testing.T) {
	for name, f := range map[string]frame{
		"an answer":      {typ: frameAnswer},
		"a type unknown": {typ: 'x'},
	} {
		ours, theirs := net.Pipe()
		done := make(chan error, 1)
		go func() { done <- Serve(theirs, Handlers{}, io.Discard) }()
		if err := writeFrame(ours, f); err != nil {
			t.Fatal(err)
		}
		if err := <-done; !errors.Is(err, errFrame) {
			t.Errorf("%s: %v", name, err)
		}
		ours.Close()
		theirs.Close()
	}
}

func TestServeEndsAtHangUpDuringAJob(t *testing.T) {
	ours, theirs := net.Pipe()
	started, release, left := make(chan struct{}), make(chan struct{}), make(chan struct{})
	done := make(chan error, 1)
	go func() {
		done <- Serve(theirs, Handlers{"block": func([]byte, Ask) ([]byte, error) {
			defer close(left)
			close(started)
			<-release
			return nil, nil
		}}, io.Discard)
	}()
	if err := writeFrame(ours, frame{typ: frameJob, kind: "block"}); err != nil {
		t.Fatal(err)
	}
	<-started
	ours.Close()
	if err := <-done; err != nil {
		t.Error(err)
	}
	close(release)
	<-left
	theirs.Close()
}

func TestLineLog(t *testing.T) {
	var out bytes.Buffer
	l := &lineLog{log: logTo(&out)}
	for _, part := range []string{"fir", "st\nsec", "ond\n\n", strings.Repeat("x", 3000) + "\nlast"} {
		if n, err := l.Write([]byte(part)); n != len(part) || err != nil {
			t.Fatal(n, err)
		}
	}
	l.flush()
	l.flush()
	lines := strings.Split(strings.TrimSpace(out.String()), "\n")
	if len(lines) != 4 {
		t.Fatalf("%d lines: %q", len(lines), lines)
	}
	for i, want := range []string{"first", "second", strings.Repeat("x", maxLogLine), "last"} {
		if !strings.HasSuffix(lines[i], "line="+want) {
			t.Errorf("line %d: %s", i, lines[i])
		}
	}
}
