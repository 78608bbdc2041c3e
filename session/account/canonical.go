package account

import (
	"strings"
	"unicode"

	"golang.org/x/text/unicode/norm"
)

// maxCanonical bounds the work on a name. No account has a longer one.
const maxCanonical = 1024

// defaultDomain is what phpGroupWare's clients may put behind a name, without meaning
// anything by it.
const defaultDomain = "@default"

// Canonical is the form by which names are the same to those that guess and to those that
// read them. Names that some back end may take for the same account have the same form: it
// ignores case, accents, compatibility forms, invisible characters, blanks at the ends,
// the number of blanks in between, and the default domain. Attempts to log in are counted
// by it, so no two accounts of a kind may share one (LookAlike).
func Canonical(name string) string {
	if len(name) > maxCanonical {
		name = name[:maxCanonical]
	}
	if strings.IndexFunc(name, func(r rune) bool { return r >= 0x80 }) >= 0 {
		// Folding can give characters that decompose again, once.
		for range 2 {
			name = strings.Map(plain, norm.NFKD.String(name))
		}
		name = norm.NFKD.String(name)
	} else {
		name = strings.Map(plain, name)
	}
	for {
		name = strings.Join(strings.Fields(name), " ")
		short, cut := strings.CutSuffix(name, defaultDomain)
		if !cut {
			return name
		}
		name = short
	}
}

// plain drops what is not seen and gives one of the letters that differ by case.
func plain(r rune) rune {
	switch {
	case unicode.IsSpace(r):
		return ' '
	case unicode.In(r, unicode.Mn, unicode.Me, unicode.Cf, unicode.Cc):
		return -1
	}
	return unicode.ToLower(unicode.ToUpper(r))
}
