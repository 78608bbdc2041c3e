package jsonrpc

import (
	"encoding/base64"
	"encoding/json"
	"math"
	"strconv"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"countersign/methods"
	"countersign/server/wire"
	"countersign/server/wire/wiretest"
)

// anyDocument draws what encoding/json makes JSON of, at most depth containers deep.
func anyDocument(depth int) *rapid.Generator[any] {
	kinds := []*rapid.Generator[any]{
		rapid.Just[any](nil),
		rapid.Bool().AsAny(),
		rapid.Int64().AsAny(),
		rapid.Uint64().AsAny(),
		rapid.Float64().Filter(func(f float64) bool { return !math.IsNaN(f) && !math.IsInf(f, 0) }).AsAny(),
		rapid.Map(rapid.String(), text).AsAny(),
		rapid.SampledFrom([]string{"", "\x01", "\"\\/", "\u2028", "<&>", "\ufffd", "😀", strings.Repeat("long ", 20)}).AsAny(),
	}
	if depth > 0 {
		inner := rapid.Deferred(func() *rapid.Generator[any] { return anyDocument(depth - 1) })
		kinds = append(kinds,
			rapid.SliceOfN(inner, 0, 5).AsAny(),
			rapid.MapOfN(rapid.Map(rapid.String(), text), inner, 0, 20).AsAny())
	}
	return rapid.OneOf(kinds...)
}

// text is s without NUL, which the profile does not have.
func text(s string) string { return strings.ReplaceAll(s, "\x00", "0") }

// TestAgainstEncodingJSON: random documents, compact and indented, are read as the second
// decoder reads them.
func TestAgainstEncodingJSON(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		document := anyDocument(5).Draw(t, "document")
		body, err := json.Marshal(document)
		if rapid.Bool().Draw(t, "indented") {
			body, err = json.MarshalIndent(document, "\r\n", "\t ")
		}
		if err != nil {
			t.Fatal(err)
		}
		got, err := value(string(body))
		if err != nil {
			t.Fatalf("%v: %s", err, body)
		}
		want, err := oracle(string(body))
		if err != nil {
			t.Fatalf("%v: %s", err, body)
		}
		if wiretest.Show(got) != wiretest.Show(want) {
			t.Fatalf("%s\n got %s\nwant %s", body, wiretest.Show(got), wiretest.Show(want))
		}
	})
}

// anyValue draws what may leave.
var anyValue = wiretest.Values{
	Doubles: rapid.Float64(), Texts: rapid.Map(wiretest.AnyText(), text),
	Names: rapid.Map(rapid.StringN(0, 3, -1), text), Members: 70,
}

// arrives is what a value is after it left and was read again; false if it cannot leave.
func arrives(v methods.Value) (methods.Value, bool) {
	switch v.Type() {
	case methods.TypeLong:
		return methods.Int(v.Int()), true
	case methods.TypeDouble:
		f := v.Double()
		// A whole number looks like an integer, the one with the fewest digits that f stands for.
		if n, err := strconv.ParseInt(strconv.FormatFloat(f, 'f', -1, 64), 10, 64); err == nil {
			return methods.Int(n), true
		}
		return v, !math.IsNaN(f) && !math.IsInf(f, 0)
	case methods.TypeString:
		return methods.Untyped(strings.ToValidUTF8(v.Text(), "\ufffd")), true
	case methods.TypeBase64:
		return methods.Untyped(base64.StdEncoding.EncodeToString(v.Bytes())), true
	case methods.TypeDateTime:
		if v.Time().IsZero() {
			return methods.Nil(), true
		}
		return methods.Untyped(v.Time().Format("2006-01-02T15:04:05Z")), true
	case methods.TypeArray:
		items := make([]methods.Value, len(v.Items()))
		for i, item := range v.Items() {
			var ok bool
			if items[i], ok = arrives(item); !ok {
				return methods.Value{}, false
			}
		}
		return methods.Array(items...), true
	case methods.TypeStruct:
		var members []methods.Member
		for i, m := range v.Members() {
			inner, ok := arrives(m.Value)
			again := false
			for _, later := range v.Members()[i+1:] {
				again = again || later.Name == m.Name
			}
			switch {
			case again: // its value never leaves
			case !ok:
				return methods.Value{}, false
			default:
				members = append(members, methods.M(m.Name, inner))
			}
		}
		return methods.Struct(members...), true
	}
	return v, true
}

// TestRoundTrip: value → encode → decode is the value as JSON carries it, and to
// encoding/json it is the same.
func TestRoundTrip(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		v := anyValue.Draw(3).Draw(t, "value")
		want, sendable := arrives(v)
		e := encoder{most: math.MaxInt}
		document := string(e.value(nil, v))
		if ok := e.err == nil; ok != sendable {
			t.Fatalf("encoded: %v, want %v", ok, sendable)
		}
		if !sendable {
			return
		}
		got, err := value(document)
		if err != nil {
			t.Fatalf("%v\n%s", err, document)
		}
		// What is not UTF-8 is replaced byte by byte; ToValidUTF8 makes one of a run.
		if a, b := squeeze(wiretest.Show(got)), squeeze(wiretest.Show(want)); a != b {
			t.Fatalf("got  %s\nwant %s\nin %s", a, b, document)
		}
		theirs, err := oracle(document)
		if err != nil || wiretest.Show(theirs) != wiretest.Show(got) {
			t.Fatalf("the second decoder reads %s, %v", wiretest.Show(theirs), err)
		}
	})
}

func squeeze(s string) string {
	for strings.Contains(s, "\ufffd\ufffd") {
		s = strings.ReplaceAll(s, "\ufffd\ufffd", "\ufffd")
	}
	return s
}

// TestIDsComeBack: whatever an id is, the same comes back.
func TestIDsComeBack(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		id, err := json.Marshal(anyDocument(3).Draw(t, "id"))
		if err != nil {
			t.Fatal(err)
		}
		req := &wire.Request{Body: []byte(`{"version":"1.1","method":"m","id":` + string(id) + `}`), Limits: wire.DefaultLimits()}
		reply := Transport{}.Answer(t.Context(), req, newCore(), nil)
		var got struct{ ID json.RawMessage }
		if err := json.Unmarshal(reply.Body, &got); err != nil {
			t.Fatal(err)
		}
		theirs, err := oracle(string(got.ID))
		if err != nil {
			t.Fatal(err)
		}
		if mine, err := oracle(string(id)); err != nil || wiretest.Show(mine) != wiretest.Show(theirs) {
			t.Fatalf("%s came back as %s, %v", id, got.ID, err)
		}
	})
}
