package password

import (
	"errors"
	"fmt"
	"strings"
	"unicode"
	"unicode/utf8"
)

// DefaultMinLength is the shortest new password where it is the only factor
// (NIST SP 800-63B-4 §3.1.1.2), in Unicode code points.
const DefaultMinLength = 15

// Reasons why a password may be typed at login but not chosen anew.
var (
	ErrTooShort = errors.New("password: too short")
	ErrCommon   = errors.New("password: too common")
	ErrUserName = errors.New("password: made from the user name")
)

// Policy is the rule for new passwords. There are no composition rules: NIST
// forbids them. The zero Policy asks for what Check asks, and refuses the user
// name and one character repeated.
type Policy struct {
	MinLength int        // in Unicode code points
	Blocklist *Blocklist // nil blocks nothing
}

// DefaultPolicy returns DefaultMinLength with the built-in blocklist.
func DefaultPolicy() Policy {
	return Policy{MinLength: DefaultMinLength, Blocklist: Common()}
}

// CheckNew says whether password may become the password of userName. Errors:
// those of Check, ErrTooShort, ErrCommon, ErrUserName.
func (p Policy) CheckNew(password, userName string) error {
	if err := Check([]byte(password)); err != nil {
		return err
	}
	if utf8.RuneCountInString(password) < p.MinLength {
		return fmt.Errorf("%w: %d characters are needed", ErrTooShort, p.MinLength)
	}
	if utf8.RuneCountInString(password) > 1 && utf8.RuneCountInString(unit(password)) == 1 {
		return ErrCommon
	}
	name := strings.ToLower(userName)
	local, _, _ := strings.Cut(name, "@")
	for _, word := range derivatives(password) {
		if word == name || word == local {
			return ErrUserName
		}
		if p.Blocklist.Contains(word) {
			return ErrCommon
		}
	}
	return nil
}

// derivatives returns the non-empty words that password is an obvious
// variation of: itself in lower case, without the digits and signs at its end, and
// the unit that either repeats. A minimum length invites "passwordpassword" and
// "password1234567", and NIST wants derivatives blocked with the word.
func derivatives(password string) []string {
	whole := strings.ToLower(password)
	stem := strings.TrimRightFunc(whole, func(r rune) bool { return !unicode.IsLetter(r) })
	words := make([]string, 0, 4)
	for _, w := range []string{whole, unit(whole), stem, unit(stem)} {
		if w != "" {
			words = append(words, w)
		}
	}
	return words
}

// unit returns the shortest string whose repetition, cut off anywhere after the
// second time, is s; s itself when there is none.
func unit(s string) string {
	// border[i] is the length of the longest proper prefix of s[:i+1] that is
	// also its suffix (Knuth, Morris, Pratt).
	border := make([]int, len(s))
	for i := 1; i < len(s); i++ {
		k := border[i-1]
		for k > 0 && s[i] != s[k] {
			k = border[k-1]
		}
		if s[i] == s[k] {
			k++
		}
		border[i] = k
	}
	if len(s) > 0 {
		if period := len(s) - border[len(s)-1]; 2*period <= len(s) {
			return s[:period]
		}
	}
	return s
}
