package password_test

import (
	"errors"
	"strings"
	"testing"
	"testing/iotest"

	"countersign/session/password"
)

func TestCheck(t *testing.T) {
	for _, tt := range []struct {
		name, password string
		want           error
	}{
		{"empty", "", password.ErrEmpty},
		{"one byte", "x", nil},
		{"spaces", "   ", nil},
		{"not UTF-8", "\xff\xfe", nil},
		{"control characters", "\x01\r\n", nil},
		{"1024 bytes", strings.Repeat("x", 1024), nil},
		{"1025 bytes", strings.Repeat("x", 1025), password.ErrTooLong},
		{"1026 bytes, 513 characters", strings.Repeat("é", 513), password.ErrTooLong},
		{"NUL at the start", "\x00x", password.ErrNUL},
		{"NUL within", "x\x00y", password.ErrNUL},
		{"NUL at the end", "x\x00", password.ErrNUL},
	} {
		if err := password.Check([]byte(tt.password)); !errors.Is(err, tt.want) {
			t.Errorf("%s: %v, want %v", tt.name, err, tt.want)
		}
	}
}

func TestBackEndSeesOnlyCheckedPasswords(t *testing.T) {
	encoded, err := password.Hash(new(counter), cheap, []byte("x"))
	if err != nil {
		t.Fatal(err)
	}
	for _, bad := range []string{"", "x\x00y", strings.Repeat("x", 1025)} {
		want := password.Check([]byte(bad))
		if _, err := password.Hash(new(counter), cheap, []byte(bad)); !errors.Is(err, want) {
			t.Errorf("Hash: %v, want %v", err, want)
		}
		if ok, err := password.Verify(encoded, []byte(bad)); ok || !errors.Is(err, want) {
			t.Errorf("Verify: %v, %v, want %v", ok, err, want)
		}
	}
}

func TestCheckNew(t *testing.T) {
	byDefault := password.DefaultPolicy()
	lax := password.Policy{}
	eight := password.Policy{MinLength: 8, Blocklist: password.Common()}
	for _, tt := range []struct {
		name           string
		policy         password.Policy
		password, user string
		want           error
	}{
		{"a sentence", byDefault, "seven otters bake", "jenny", nil},
		{"no digits or signs asked for", byDefault, "blaueschuhkarton", "jenny", nil},
		{"digits at random", byDefault, "830274619305528", "jenny", nil},
		{"fifteen characters", byDefault, "öttersbakeseven", "jenny", nil},
		{"fourteen characters in more bytes", byDefault, "ötterſbakeßeve", "jenny", password.ErrTooShort},
		{"empty", byDefault, "", "jenny", password.ErrEmpty},
		{"NUL", byDefault, "seven otters\x00bake", "jenny", password.ErrNUL},
		{"too long", byDefault, strings.Repeat("ab ", 342), "jenny", password.ErrTooLong},
		{"known sentence", byDefault, "Correct Horse Battery Staple", "jenny", password.ErrCommon},
		{"row of digits", byDefault, "123456789012345", "jenny", password.ErrCommon},
		{"row of keys", byDefault, "QWERTYuiopasdfg", "jenny", password.ErrCommon},
		{"word twice", byDefault, "passwordPassword", "jenny", password.ErrCommon},
		{"word with tail", byDefault, "Password!1234567", "jenny", password.ErrCommon},
		{"word twice with tail", byDefault, "dragondragon2024!", "jenny", password.ErrCommon},
		{"word repeated, cut off", byDefault, "dragondragondrag", "jenny", password.ErrCommon},
		{"one character", byDefault, strings.Repeat("z", 15), "jenny", password.ErrCommon},
		{"one wide character", byDefault, strings.Repeat("é", 15), "jenny", password.ErrCommon},
		{"one letter and random digits", byDefault, "k83-0274-619305", "jenny", nil},
		{"the user name", byDefault, "Maximiliane-Anna", "maximiliane-anna", password.ErrUserName},
		{"the user name repeated", byDefault, "jennyJennyjenny", "Jenny", password.ErrUserName},
		{"the user name with tail", byDefault, "jenny1980-05-17", "jenny", password.ErrUserName},
		{"the name before the domain", byDefault, "jenny.smith2024!", "jenny.smith@example.org", password.ErrUserName},
		{"the user name within a sentence", byDefault, "jenny likes rainy days", "jenny", nil},
		{"no user name", byDefault, "seven otters bake", "", nil},
		{"eight asked for", eight, "ottersix", "jenny", nil},
		{"eight asked for, seven given", eight, "otters6", "jenny", password.ErrTooShort},
		{"eight asked for, common", eight, "sunshine", "jenny", password.ErrCommon},
		{"nothing asked for", lax, "password", "jenny", nil},
		{"nothing asked for, one character", lax, "x", "jenny", nil},
		{"nothing asked for, user name", lax, "jenny", "jenny", password.ErrUserName},
		{"nothing asked for, empty", lax, "", "jenny", password.ErrEmpty},
	} {
		err := tt.policy.CheckNew(tt.password, tt.user)
		if !errors.Is(err, tt.want) {
			t.Errorf("%s: %v, want %v", tt.name, err, tt.want)
		}
		if err != nil && tt.password != "" && strings.Contains(err.Error(), tt.password) {
			t.Errorf("%s: the error shows the password", tt.name)
		}
	}
}

func TestBlocklist(t *testing.T) {
	b, err := password.NewBlocklist(strings.NewReader("# a remark\n\nFirst\n#second\n third\n"))
	if err != nil {
		t.Fatal(err)
	}
	for word, want := range map[string]bool{
		"first": true, "FIRST": true, "#second": true, " third": true,
		"third": false, "": false, "# a remark": false,
	} {
		if b.Contains(word) != want {
			t.Errorf("%q: %v", word, !want)
		}
	}
	broken := errors.New("disk")
	if _, err := password.NewBlocklist(iotest.ErrReader(broken)); !errors.Is(err, broken) {
		t.Errorf("failing reader: %v", err)
	}
	for _, word := range []string{"password", "sunshine", "w3lc0me"} { // from the beginning to the end of the list
		if !password.Common().Contains(word) {
			t.Errorf("the built-in list lacks %q", word)
		}
	}
	if (*password.Blocklist)(nil).Contains("password") {
		t.Error("a nil list is not empty")
	}
}
