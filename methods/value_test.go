package methods

import (
	"context"
	"errors"
	"fmt"
	"math"
	"testing"
	"time"
	"unsafe"
)

func TestValueIsThreeWords(t *testing.T) {
	if size := unsafe.Sizeof(Value{}); size != 24 {
		t.Errorf("%d bytes", size)
	}
}

// TestAccessors: every accessor gives its zero for a value of another type.
func TestAccessors(t *testing.T) {
	for _, v := range everyValue() {
		typ := v.Type()
		if (v.Bool() != false) != (typ == TypeBoolean) || (v.Int() != 0) != (typ == TypeInt || typ == TypeLong) ||
			(v.Double() != 0) != (typ == TypeDouble) || (v.Text() != "") != (typ == TypeString) ||
			(v.Bytes() != nil) != (typ == TypeBase64) || (v.Items() != nil) != (typ == TypeArray) ||
			(v.Members() != nil) != (typ == TypeStruct) || v.Time().IsZero() != (typ != TypeDateTime) || v.IsNil() != (typ == TypeNil) {
			t.Errorf("%v answers as another type", typ)
		}
	}
	if f, ok := Struct(M("a", Int(1)), M("a", Int(2))).Field("a"); !ok || f.Int() != 2 {
		t.Error("of two members the last one counts")
	}
	if _, ok := Struct().Field("a"); ok {
		t.Error("a member of nothing")
	}
	if !math.Signbit(Double(math.Copysign(0, -1)).Double()) {
		t.Error("the sign of zero is lost")
	}
}

func TestEqual(t *testing.T) {
	values := append(everyValue(), Bool(false), Int(8), String(""), Array(), Struct(), EmptyDate(), Bytes(nil),
		Array(Int(2)), Array(Int(1), Int(1)), Struct(M("b", Int(1))), Struct(M("a", Int(2))), ZonedTime(time.Unix(5, 0), 60))
	for i, a := range values {
		for j, b := range values {
			want := i == j || isInteger(a.Type()) && isInteger(b.Type()) && a.Int() == b.Int()
			if Equal(a, b) != want {
				t.Errorf("Equal(%v %d, %v %d) is %t", a.Type(), i, b.Type(), j, !want)
			}
		}
	}
	if !Equal(String("ab"), String(string([]byte("ab")))) {
		t.Error("equal texts at two addresses differ")
	}
}

func TestDates(t *testing.T) {
	at := time.Date(2001, 8, 23, 12, 0, 0, 123456789, time.FixedZone("", 7200))
	for _, row := range []struct {
		name   string
		v      Value
		want   time.Time
		zone   bool
		offset int
	}{
		{"without a zone", Time(at), at.UTC().Truncate(time.Microsecond), false, 0},
		{"with an offset", ZonedTime(at, 120), at.UTC().Truncate(time.Microsecond), true, 120},
		{"in the west", ZonedTime(at, -90), at.UTC().Truncate(time.Microsecond), true, -90},
		{"before 1970", Time(time.Date(1, 2, 3, 4, 5, 6, 0, time.UTC)), time.Date(1, 2, 3, 4, 5, 6, 0, time.UTC), false, 0},
		{"none", Time(time.Time{}), time.Time{}, false, 0},
		{"another type", Int(5), time.Time{}, false, 0},
	} {
		if got := row.v.Time(); !got.Equal(row.want) || row.v.HasZone() != row.zone || row.v.Offset() != row.offset {
			t.Errorf("%s: %v, zone %t, offset %d", row.name, got, row.v.HasZone(), row.v.Offset())
		}
	}
}

func TestKinds(t *testing.T) {
	seen := map[string]bool{}
	for k := range KindCount {
		if k.String() == "" || k.String() == "unknown" || seen[k.String()] {
			t.Errorf("kind %d is called %q", k, k)
		}
		seen[k.String()] = true
	}
	if KindCount.String() != "unknown" {
		t.Error(KindCount)
	}
}

func TestAsError(t *testing.T) {
	cause := errors.New("password=hunter2")
	own := Wrap(KindBusy, cause, "come back later")
	for _, row := range []struct {
		name   string
		err    error
		kind   Kind
		public string
	}{
		{"own", own, KindBusy, "come back later"},
		{"own, wrapped", fmt.Errorf("outer: %w", own), KindBusy, "come back later"},
		{"deadline", fmt.Errorf("query: %w", context.DeadlineExceeded), KindTimeout, "the method took longer than it may"},
		{"foreign", cause, KindInternal, "internal error"},
	} {
		e := AsError(row.err)
		if e.Kind != row.kind || e.Public != row.public {
			t.Errorf("%s: %v %q", row.name, e.Kind, e.Public)
		}
		if row.name != "deadline" && !errors.Is(e, cause) {
			t.Errorf("%s: the cause is lost for the log", row.name)
		}
	}
	if got := (&ArgumentError{Param: 2, Path: ".a", Reason: "too much"}).Error(); got != "parameter 2.a: too much" {
		t.Error(got)
	}
	if got := Errorf(KindNotFound, "no %d", 5).Error(); got != "not_found: no 5" {
		t.Error(got)
	}
	if (PublicID{}).String() != "" || (PublicID{1}).String() != "0100000000000000" {
		t.Error("public ids")
	}
}
