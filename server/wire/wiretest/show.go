package wiretest

import (
	"encoding/base64"
	"errors"
	"fmt"
	"runtime/metrics"
	"strconv"
	"strings"
	"testing"

	"countersign/methods"
)

// Show writes a value down so that a difference of type is one of text: 5, 5L for a
// long, "text", b64:AP8=, [items], {"name":member}.
func Show(v methods.Value) string {
	switch v.Type() {
	case methods.TypeNil:
		return "nil"
	case methods.TypeBoolean:
		return strconv.FormatBool(v.Bool())
	case methods.TypeInt:
		return strconv.FormatInt(v.Int(), 10)
	case methods.TypeLong:
		return strconv.FormatInt(v.Int(), 10) + "L"
	case methods.TypeDouble:
		return strconv.FormatFloat(v.Double(), 'e', -1, 64)
	case methods.TypeString:
		return strconv.Quote(v.Text())
	case methods.TypeDateTime:
		if methods.Equal(v, methods.EmptyDate()) {
			return "no date"
		}
		s := v.Time().Format("2006-01-02 15:04:05.999999")
		if v.HasZone() {
			s += fmt.Sprintf(" UTC%+d", v.Offset())
		}
		return s
	case methods.TypeBase64:
		return "b64:" + base64.StdEncoding.EncodeToString(v.Bytes())
	case methods.TypeArray:
		return "[" + ShowAll(v.Items()) + "]"
	default:
		return "{" + ShowMembers(v.Members()) + "}"
	}
}

// ShowAll is Show for values, with blanks between them.
func ShowAll(values []methods.Value) string {
	items := make([]string, len(values))
	for i, v := range values {
		items[i] = Show(v)
	}
	return strings.Join(items, " ")
}

// ShowMembers is Show for members, with blanks between them.
func ShowMembers(list []methods.Member) string {
	members := make([]string, len(list))
	for i, m := range list {
		members[i] = strconv.Quote(m.Name) + ":" + Show(m.Value)
	}
	return strings.Join(members, " ")
}

// WantKind checks that err is the public error of a kind.
func WantKind(t *testing.T, err error, kind methods.Kind) *methods.Error {
	t.Helper()
	e, ok := errors.AsType[*methods.Error](err)
	if !ok || e.Kind != kind {
		t.Fatalf("got %v, want an error of kind %s", err, kind)
	}
	if e.Public == "" {
		t.Errorf("an error of kind %s without a text", kind)
	}
	return e
}

// Allocated is how many bytes this process has ever allocated.
func Allocated() uint64 {
	sample := []metrics.Sample{{Name: "/gc/heap/allocs:bytes"}}
	metrics.Read(sample)
	return sample[0].Value.Uint64()
}
