package addressbook

import (
	"slices"
	"strings"

	"countersign/methods"
)

// view is how one family of clients knows entries. A call's view is picked from
// viewTable, and nothing else in the package asks for dialects or agents.
type view struct {
	// firstIs is the number that start gives the first entry (phpgroupware contract §9).
	firstIs int
	// always are the members every record has, empty or not, in front of all others.
	always []string
	// usual are the members of a record for which no fields were asked for.
	usual []string
	// photo adds the picture to a record that is read alone.
	photo bool
	// categoryNames gives cat_id as a struct of ids and names, not as a text of ids.
	categoryNames bool
	// booleans gives private as a boolean, not as the text 0 or 1.
	booleans bool
	// emptyMapIsArray gives an array for a struct without members: PHP knew no
	// difference, and its clients expect none.
	emptyMapIsArray bool
	// constants are members that are the same in every record.
	constants map[string]string
}

// viewTable lists the views; the first row that fits a call counts. An empty dialect
// or agent fits any; agent is a part of the User-Agent.
var viewTable = []struct {
	dialect, agent string
	view           *view
}{
	{"phpgroupware", "", seedView},
	{"egroupware", "KDE-AddressBook", kdeView},
	{"egroupware", "", egroupwareView},
	{"", "", plainView},
}

// names16 are the fields of eGroupWare 1.6, in its order.
const names16 = `n_family n_given n_middle n_prefix n_suffix n_fn n_fileas bday org_name org_unit title role
	assistent room
	adr_one_street adr_one_street2 adr_one_locality adr_one_region adr_one_postalcode adr_one_countryname
	adr_two_street adr_two_street2 adr_two_locality adr_two_region adr_two_postalcode adr_two_countryname
	label tel_work tel_cell tel_fax tel_assistent tel_car tel_pager tel_home tel_fax_home tel_cell_private
	tel_other tel_prefer email email_home url url_home freebusy_uri calendar_uri note tz geo pubkey
	created creator modified modifier etag uid cat_id`

// names10 are the fields of eGroupWare 1.0, in its order, without those that every
// record of seedView begins with.
const names10 = `fn n_given n_family n_middle n_prefix n_suffix sound bday note tz geo url pubkey org_name
	org_unit title adr_one_street adr_one_locality adr_one_region adr_one_postalcode adr_one_countryname
	adr_one_type label adr_two_street adr_two_locality adr_two_region adr_two_postalcode
	adr_two_countryname adr_two_type tel_work tel_home tel_voice tel_fax tel_msg tel_cell tel_pager
	tel_bbs tel_modem tel_car tel_isdn tel_video tel_prefer email email_type email_home email_home_type
	last_mod rights freebusy_url ophone address2 address3`

var (
	// seedView is what the first document describes: six members always, then those
	// that were asked for and are not empty.
	seedView = &view{
		firstIs: 1,
		always:  strings.Fields("id lid tid owner access cat_id"),
		usual:   strings.Fields(names10),
	}
	egroupwareView = &view{
		always:          strings.Fields("id"),
		usual:           strings.Fields("tid owner private " + names16),
		photo:           true,
		categoryNames:   true,
		emptyMapIsArray: true,
	}
	// kdeView has the names of 1.0 for what 1.6 renamed, and the rights by which KDE
	// decides what may be edited.
	kdeView = &view{
		always:          strings.Fields("id rights"),
		usual:           strings.Fields("tid owner access " + older(names16)),
		categoryNames:   true,
		emptyMapIsArray: true,
		constants:       map[string]string{"adr_one_type": "Work", "adr_two_type": "Home"},
	}
	plainView = &view{
		always:        strings.Fields("id rights"),
		usual:         strings.Fields("tid owner private " + names16),
		photo:         true,
		categoryNames: true,
		booleans:      true,
	}
)

// older puts the names of 1.0 in a list for those of 1.6.
func older(names string) string {
	list := strings.Fields(names)
	for old, newer := range olderNames {
		if i := slices.Index(list, newer); i >= 0 {
			list[i] = old
		}
	}
	return strings.Join(list, " ")
}

func viewFor(c methods.Client) *view {
	for _, row := range viewTable {
		if (row.dialect == "" || row.dialect == c.Dialect) && strings.Contains(c.UserAgent, row.agent) {
			return row.view
		}
	}
	return plainView
}

// emptyMap is what a struct without members is for the view.
func (v *view) emptyMap() methods.Value {
	if v.emptyMapIsArray {
		return methods.Array()
	}
	return methods.Struct()
}
