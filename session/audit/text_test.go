package audit_test

import (
	"encoding/json"
	"strings"
	"testing"
	"unicode"
	"unicode/utf8"

	"countersign/session/audit"
)

func TestCheck(t *testing.T) {
	for _, tt := range []struct {
		permission, user, role string
		allowed                bool
		want                   string
	}{
		{"org.opensuse.yast.system.time.read", "schubi", "", true, "Action: org.opensuse.yast.system.time.read User: schubi Result: yes"},
		{"org.opensuse.yast.system.time.write", "schubi", "", false, "Action: org.opensuse.yast.system.time.write User: schubi Result: no"},
		{"x.y", "ann", "clock keepers", true, "Action: x.y User: ann WITH role clock keepers Result: yes"},
		{"x\ny", "DOMAIN\\ann", "r\u202e", false, "Action: x\ufffdy User: DOMAIN\\ann WITH role r\ufffd Result: no"},
		{strings.Repeat("p", 257), "ann", "", false, "Action: " + strings.Repeat("p", 255) + "… User: ann Result: no"},
	} {
		if got := audit.Check(tt.permission, audit.Known(tt.user), tt.role, tt.allowed); got != tt.want {
			t.Errorf("got  %s\nwant %s", got, tt.want)
		}
	}
}

// FuzzLine: whatever the values are, there is one line, it is safe to print, it is JSON,
// and it says what was put in, as far as it is not cut.
func FuzzLine(f *testing.F) {
	f.Add("ann", "system.login", "wrong password")
	f.Add(hostile, hostile, hostile)
	f.Add(strings.Repeat("\U0001f600", 300), strings.Repeat("\"", 256), strings.Repeat("\x80", 257))
	f.Add("\ud7ff\ue000\uffff\U00010000\U0010ffff", "\u061c\u200f\u2029\u00ad", "\\u0041")
	f.Fuzz(func(t *testing.T, user, method, reason string) {
		text := record(t, audit.Event{
			Type: audit.Permission, Outcome: audit.Refused,
			User: audit.Known(user), Method: method, Reason: reason, Permission: method, Role: reason,
		})
		body, ended := strings.CutSuffix(text, "\n")
		if !ended || !utf8.ValidString(body) {
			t.Fatalf("not a line of UTF-8: %q", text)
		}
		for _, r := range body {
			if !unicode.IsPrint(r) {
				t.Fatalf("%U in %q", r, text)
			}
		}
		if strings.Count(body, `"event":"`) != 1 || !strings.HasPrefix(body, `{"time":"2001-08-14T09:30:00.000000Z","event":"permission","outcome":"refused",`) {
			t.Fatalf("an event in the event: %s", body)
		}
		var got struct{ Time, Event, Outcome, Reason, User, Node, Method, Permission, Role, Check string }
		d := json.NewDecoder(strings.NewReader(body))
		d.DisallowUnknownFields()
		if err := d.Decode(&got); err != nil {
			t.Fatalf("%v in %s", err, body)
		}
		for _, pair := range [][2]string{
			{got.User, audit.Known(user).String()}, {got.Method, method}, {got.Reason, reason}, {got.Permission, method}, {got.Role, reason},
		} {
			if want := kept(pair[1]); pair[0] != want {
				t.Errorf("read %q, want %q", pair[0], want)
			}
		}
	})
}

// kept is a second opinion on what is left of a value.
func kept(s string) string {
	runes := []rune(s) // bytes that are no UTF-8 become U+FFFD here too
	if len(runes) > 256 {
		runes = append(runes[:255], '…')
	}
	return string(runes)
}
