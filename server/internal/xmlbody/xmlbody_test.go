package xmlbody

import (
	"errors"
	"fmt"
	"strings"
	"testing"

	"countersign/methods"
	"countersign/server/internal/xmltext"
	"countersign/server/wire"
)

// TestScan: what is read, and the kind of what is refused.
func TestScan(t *testing.T) {
	limits := wire.DefaultLimits()
	for _, c := range []struct {
		why, body, charset string
		kind               methods.Kind // 0 for none
		public             string
	}{
		{"a document", "<a>\u00e9</a>", "", 0, ""},
		{"in another encoding", "<a>\xe9</a>", "iso-8859-1", 0, ""},
		{"at the limit of depth", nested(limits.ElementDepth), "", 0, ""},
		{"over it", nested(limits.ElementDepth + 1), "", methods.KindTooLarge, "line 1: "},
		{"too many attributes", attributes(limits.Attributes + 1), "", methods.KindTooLarge, "line 1: "},
		{"too long a name", "<" + strings.Repeat("n", limits.NameBytes+1) + "/>", "", methods.KindTooLarge, "line 1: "},
		{"too many elements", "<a>" + strings.Repeat("<b/>", limits.Elements) + "</a>", "", methods.KindTooLarge, "line 1: "},
		{"no XML", "secret", "", methods.KindParse, "line 1: "},
		{"nothing", "", "", methods.KindParse, "line 1: "},
		{"an encoding that nobody knows", "<a/>", "x-odd", methods.KindEncoding, "line 1: "},
		{"bytes that are not of the encoding", "\n<a>\xff</a>", "utf-8", methods.KindCharacter, "line 2: "},
		{"a control character", "<a>\x01</a>", "", methods.KindCharacter, "line 1: "},
	} {
		var tape xmltext.Tape
		err := Scan(&tape, &wire.Request{Body: []byte(c.body), Charset: c.charset, Limits: limits})
		if c.kind == 0 {
			if err != nil || tape.Root().Local() != "a" {
				t.Errorf("%s: %v, root %q", c.why, err, tape.Root().Name())
			}
			continue
		}
		e, ok := errors.AsType[*methods.Error](err)
		if !ok || e.Kind != c.kind || !strings.HasPrefix(e.Public, c.public) || strings.Contains(e.Public, "secret") {
			t.Errorf("%s: %v, want an error of kind %s", c.why, err, c.kind)
		}
	}
}

func attributes(n int) string {
	var b strings.Builder
	for i := range n {
		fmt.Fprintf(&b, " x%d='1'", i)
	}
	return "<a" + b.String() + "/>"
}

func nested(depth int) string {
	return strings.Repeat("<a>", depth) + strings.Repeat("</a>", depth)
}
