package addressbook

import (
	"maps"
	"slices"
	"strconv"
	"strings"
	"time"

	"countersign/methods"
)

// column makes one member of a record.
type column struct {
	name   string
	always bool // keep it when it is empty
	value  func(v *view, who viewer, c *Contact) (value methods.Value, empty bool)
}

// columns are the members of the records of one answer.
type columns struct {
	view   *view
	who    viewer
	list   []column
	custom bool // all custom fields besides
	room   []methods.Member
}

// columns chooses the members: the view's own, and the fields asked for. Names that no
// entry has are passed over, as a field would be that all entries leave empty.
func (v *view) columns(who viewer, asked []string, custom bool) *columns {
	out := &columns{view: v, who: who}
	for _, name := range v.always {
		out.add(name, true)
	}
	names := asked
	if len(asked) == 0 {
		names, out.custom = v.usual, custom
	}
	for _, name := range names {
		if !slices.Contains(v.always, name) {
			out.add(name, false)
		}
	}
	if len(asked) > 0 {
		return out
	}
	for _, name := range slices.Sorted(maps.Keys(v.constants)) {
		out.add(name, false)
	}
	return out
}

func (cs *columns) add(name string, always bool) {
	col := column{name: name, always: always}
	constant, isConstant := cs.view.constants[name]
	field := canonical(name)
	switch custom, isCustom := strings.CutPrefix(name, customPrefix); {
	case isConstant:
		col.value = func(*view, viewer, *Contact) (methods.Value, bool) { return methods.String(constant), false }
	case specials[field] != nil:
		col.value = specials[field]
	case isCustom:
		col.value = func(_ *view, _ viewer, c *Contact) (methods.Value, bool) { return textMember(c.Custom[custom]) }
	case fieldNamed[field].date:
		col.value = func(_ *view, _ viewer, c *Contact) (methods.Value, bool) { return dateMember(c.Fields[field]) }
	case fieldNamed[field].name != "":
		col.value = func(_ *view, _ viewer, c *Contact) (methods.Value, bool) { return textMember(c.Field(field)) }
	default:
		return
	}
	cs.list = append(cs.list, col)
}

// record makes the struct of one entry. Records share pieces of memory, so that a list
// of a thousand costs few allocations.
func (cs *columns) record(c *Contact) methods.Value {
	need := len(cs.list) + len(c.Custom)
	if cap(cs.room)-len(cs.room) < need {
		cs.room = make([]methods.Member, 0, max(need, min(512, 2*cap(cs.room))))
	}
	start := len(cs.room)
	for i := range cs.list {
		col := &cs.list[i]
		if value, empty := col.value(cs.view, cs.who, c); !empty || col.always {
			cs.room = append(cs.room, methods.M(col.name, value))
		}
	}
	if cs.custom {
		for _, name := range slices.Sorted(maps.Keys(c.Custom)) {
			cs.room = append(cs.room, methods.M(customPrefix+name, methods.String(c.Custom[name])))
		}
	}
	return methods.Struct(cs.room[start:len(cs.room):len(cs.room)]...)
}

// specials are the members that are not fields of the table.
var specials = map[string]func(*view, viewer, *Contact) (methods.Value, bool){
	"id":    func(_ *view, _ viewer, c *Contact) (methods.Value, bool) { return textMember(c.ID) },
	"tid":   func(_ *view, _ viewer, c *Contact) (methods.Value, bool) { return textMember(c.TID) },
	"owner": func(_ *view, _ viewer, c *Contact) (methods.Value, bool) { return numberMember(c.Owner) },
	"access": func(_ *view, _ viewer, c *Contact) (methods.Value, bool) {
		return methods.String(string(c.Access)), false
	},
	"private": func(v *view, _ viewer, c *Contact) (methods.Value, bool) {
		if v.booleans {
			return methods.Bool(c.Access == Private), false
		}
		if c.Access == Private {
			return methods.String("1"), false
		}
		return methods.String("0"), false
	},
	"rights": func(_ *view, who viewer, c *Contact) (methods.Value, bool) {
		return methods.Int(int64(who.rights(c))), false
	},
	"cat_id":   categoryMember,
	"created":  func(_ *view, _ viewer, c *Contact) (methods.Value, bool) { return timeMember(c.Created) },
	"modified": func(_ *view, _ viewer, c *Contact) (methods.Value, bool) { return timeMember(c.Modified) },
	"creator":  func(_ *view, _ viewer, c *Contact) (methods.Value, bool) { return numberMember(c.Creator) },
	"modifier": func(_ *view, _ viewer, c *Contact) (methods.Value, bool) { return numberMember(c.Modifier) },
	"etag":     func(_ *view, _ viewer, c *Contact) (methods.Value, bool) { return numberMember(c.Revision) },
	photoField: func(_ *view, _ viewer, c *Contact) (methods.Value, bool) {
		return methods.Bytes(c.Photo), len(c.Photo) == 0
	},
}

func textMember(s string) (methods.Value, bool) { return methods.String(s), s == "" }

// numberMember gives a number as text: some clients can take no integers in an entry
// (phpgroupware contract §6).
func numberMember(n int64) (methods.Value, bool) {
	return methods.String(strconv.FormatInt(n, 10)), n == 0
}

func timeMember(t time.Time) (methods.Value, bool) { return methods.Time(t), t.IsZero() }

func dateMember(day string) (methods.Value, bool) {
	t, err := time.Parse(time.DateOnly, day)
	return methods.Time(t), err != nil
}

func categoryMember(v *view, _ viewer, c *Contact) (methods.Value, bool) {
	if !v.categoryNames {
		ids := make([]string, len(c.Categories))
		for i, cat := range c.Categories {
			ids[i] = cat.ID
		}
		return textMember(strings.Join(ids, ","))
	}
	members := make([]methods.Member, len(c.Categories))
	for i, cat := range c.Categories {
		members[i] = methods.M(cat.ID, methods.String(cat.Name))
	}
	return methods.Struct(members...), len(members) == 0
}
