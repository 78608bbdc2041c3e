package methods

import (
	"testing"
)

type granted string

func (g granted) Allows(permission string) bool { return string(g) == permission }

func TestPermit(t *testing.T) {
	holder := &Caller{Rights: granted("a.b")}
	other := &Caller{Rights: granted("a")}
	powerless := &Caller{}
	const yes = KindCount
	for _, row := range []struct {
		access                          Access
		text                            string
		public                          bool
		anonymous, none, others, holder Kind
	}{
		{Public(), "public", true, yes, yes, yes, yes},
		{AnySession(), "session", false, KindLoginRequired, yes, yes, yes},
		{Permission("a.b"), "permission a.b", false, KindLoginRequired, KindPermissionDenied, KindPermissionDenied, yes},
		{Access{}, "undeclared", false, KindLoginRequired, KindPermissionDenied, KindPermissionDenied, KindPermissionDenied},
	} {
		t.Run(row.text, func(t *testing.T) {
			if row.access.String() != row.text || row.access.IsPublic() != row.public {
				t.Errorf("%s, public %t", row.access, row.access.IsPublic())
			}
			for who, c := range map[string]struct {
				caller *Caller
				want   Kind
			}{
				"anonymous": {nil, row.anonymous}, "powerless": {powerless, row.none},
				"other": {other, row.others}, "holder": {holder, row.holder},
			} {
				got := yes
				if err := row.access.Permit(c.caller); err != nil {
					got = err.Kind
				}
				if got != c.want {
					t.Errorf("%s: %v, wanted %v", who, got, c.want)
				}
			}
		})
	}
}

func TestPermitReadOnly(t *testing.T) {
	reader := &Caller{ReadOnly: true, Rights: granted("a.b")}
	for _, row := range []struct {
		access   Access
		readOnly bool
		want     Kind
	}{
		{AnySession(), true, KindCount},
		{AnySession(), false, KindReadOnly},
		{Public(), false, KindReadOnly},
		// What the caller may not do at all is said first.
		{Permission("x"), false, KindPermissionDenied},
	} {
		e := &Entry{FullName: "a.do", Method: Method{Access: row.access, ReadOnly: row.readOnly}}
		got := KindCount
		if err := e.Permit(reader); err != nil {
			got = err.Kind
		}
		if got != row.want {
			t.Errorf("%s, read-only %t: %v, wanted %v", row.access, row.readOnly, got, row.want)
		}
	}
	for access, want := range map[Access]bool{Public(): true, Permission("a.b"): true, Permission("x"): false} {
		e := &Entry{Method: Method{Access: access}.with([]Option{ForReaders()})}
		if err := e.Permit(reader); (err == nil) != want {
			t.Errorf("%s, for readers: %v", access, err)
		}
	}
	e := &Entry{Method: Method{Access: Public()}}
	if err := e.Permit(nil); err != nil {
		t.Errorf("anonymous, public: %v", err)
	}
}

func TestAnonymousRefusalIsFree(t *testing.T) {
	access := Permission("a.b")
	if n := testing.AllocsPerRun(100, func() { access.Permit(nil) }); n != 0 {
		t.Errorf("%v allocations", n)
	}
}
