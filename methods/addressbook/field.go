package addressbook

import (
	"errors"
	"strings"
	"unicode"
	"unicode/utf8"
)

// field is a row of the field table: a text that an entry may have.
type field struct {
	name string
	max  int  // bytes
	main bool // the search looks into it
	date bool // kept as YYYY-MM-DD
}

const (
	customPrefix = "#"

	maxName   = 150
	maxText   = 1024
	maxCustom = 16 << 10
	maxPhoto  = 256 << 10
)

// fields is the union of the fields of eGroupWare 1.0 and 1.6, under their names in 1.6
// where they have two (phpgroupware contract §5.1).
var fields = buildFields()

// fieldNamed finds a row of the table by its name.
var fieldNamed = func() map[string]field {
	m := make(map[string]field, len(fields))
	for _, f := range fields {
		m[f.name] = f
	}
	return m
}()

func buildFields() []field {
	const (
		main = `n_family n_given n_middle n_prefix n_suffix n_fn n_fileas org_name org_unit title role
			adr_one_street adr_one_street2 adr_one_locality adr_one_region adr_one_postalcode adr_one_countryname
			adr_two_street adr_two_street2 adr_two_locality adr_two_region adr_two_postalcode adr_two_countryname
			tel_work tel_home tel_cell tel_cell_private tel_fax tel_fax_home tel_other
			email email_home url url_home`
		other = `lid uid sound assistent room adr_one_type adr_two_type
			tel_voice tel_msg tel_pager tel_bbs tel_modem tel_car tel_isdn tel_video tel_assistent tel_prefer
			email_type email_home_type freebusy_uri calendar_uri tz geo`
	)
	var out []field
	for name := range strings.FieldsSeq(main) {
		out = append(out, field{name: name, max: maxText, main: true})
	}
	for name := range strings.FieldsSeq(other) {
		out = append(out, field{name: name, max: maxText})
	}
	return append(out,
		field{name: "bday", max: 32, date: true},
		field{name: "label", max: 4 << 10},
		field{name: "note", max: 64 << 10, main: true},
		field{name: "pubkey", max: 64 << 10},
	)
}

// olderNames are the names that fields had in eGroupWare 1.0, and its address book for
// KDE, where they differ from those of 1.6.
var olderNames = map[string]string{
	"fn":           "n_fn",
	"last_mod":     "modified",
	"ophone":       "tel_other",
	"address2":     "adr_one_street2",
	"address3":     "adr_two_street2",
	"freebusy_url": "freebusy_uri",
}

// canonical gives the name of the field table for a name that a client used.
func canonical(name string) string {
	if newer, ok := olderNames[name]; ok {
		return newer
	}
	return name
}

// checkText refuses characters that no XML document can carry: what one wire stores
// every other must be able to show.
func checkText(s string) error {
	for _, r := range s {
		switch {
		case r == '\t', r == '\n', r == '\r':
		case r < ' ', r == 0xFFFE, r == 0xFFFF:
			return errors.New("it has a control character")
		}
	}
	if !utf8.ValidString(s) {
		return errors.New("it is no UTF-8 text")
	}
	return nil
}

func isLetterOrDigit(r rune) bool { return unicode.IsLetter(r) || unicode.IsDigit(r) }
