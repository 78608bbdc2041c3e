package addressbook

import (
	"errors"
	"fmt"
	"math"
	"strconv"
	"strings"
	"time"

	"countersign/methods"
)

// searchIn is the parameter of search (phpgroupware contract §5.1). Numbers and
// booleans may come as text: the seed's do.
type searchIn struct {
	Search searchParams `rpc:"search" help:"what to look for"`
}

type searchParams struct {
	Start        int64     `rpc:"start,optional,loose" help:"the first entry to give; the oldest dialect counts from 1, the others from 0"`
	Limit        int64     `rpc:"limit,optional,loose" help:"how many entries to give; 0 for all"`
	Fields       fieldList `rpc:"fields,optional" help:"names of fields, as an array or as the values of a struct; none for all"`
	Query        string    `rpc:"query,optional,loose" help:"text to find in the main fields, whatever the letters' case"`
	Filter       string    `rpc:"filter,optional,loose" help:"conditions: field=value, field=!value, joined by commas; '' for empty"`
	Sort         string    `rpc:"sort,optional" help:"ASC or DESC"`
	Order        string    `rpc:"order,optional" help:"the field to sort by; none for the order of creation"`
	LastMod      timestamp `rpc:"lastmod,optional" help:"only entries modified after this time, in seconds since 1970; -1 for all"`
	Initial      string    `rpc:"cquery,optional,loose" help:"letters that the name to file under begins with"`
	CustomFields *bool     `rpc:"customfields,optional,loose" help:"whether to give custom fields; the default is true"`
	IncludeUsers string    `rpc:"include_users,optional,loose" help:"taken for older clients; accounts are not in the address book"`
}

// maxQuery bounds texts to look for: a longer pattern is more work for the store than
// any search is worth.
const maxQuery = 256

// query makes the Query of the parameters.
func (p *searchParams) query(v *view, who viewer) (Query, error) {
	q := Query{
		Viewer: who.number, Everything: who.all,
		Text: strings.ToLower(strings.TrimSpace(p.Query)), Initial: strings.ToLower(p.Initial),
		After: time.Time(p.LastMod), Photos: p.Fields.has(photoField),
	}
	switch {
	case p.Start < 0, p.Start > math.MaxInt32:
		return q, refuse("start", "is out of range")
	case p.Limit < 0, p.Limit > math.MaxInt32:
		return q, refuse("limit", "is out of range")
	case len(p.Query) > maxQuery, len(p.Initial) > maxQuery:
		return q, refuse("query", "is too long")
	}
	q.Offset, q.Limit = max(0, int(p.Start)-v.firstIs), int(p.Limit)
	if err := checkText(p.Query + p.Initial); err != nil {
		return q, refuse("query", err.Error())
	}
	var err error
	if q.Filters, err = parseFilter(p.Filter); err != nil {
		return q, err
	}
	q.Order, err = orderField(p.Order)
	if err != nil {
		return q, err
	}
	switch strings.ToUpper(p.Sort) {
	case "", "ASC":
	case "DESC":
		q.Descending = true
	default:
		return q, refuse("sort", "is ASC or DESC")
	}
	return q, nil
}

// orderField checks a name to sort by against the field table.
func orderField(name string) (string, error) {
	switch name = canonical(name); name {
	case "", "id", "owner", "tid", "access", "created", "modified":
		return name, nil
	case "private":
		return "access", nil
	}
	if !searchable(name) {
		return "", refuse("order", fmt.Sprintf("%q is no field to sort by", name))
	}
	return name, nil
}

// searchable tells whether entries have keys under the name.
func searchable(name string) bool {
	custom, isCustom := strings.CutPrefix(name, customPrefix)
	_, known := fieldNamed[name]
	return known || isCustom && custom != "" && len(name) <= maxName && checkText(name) == nil
}

// fieldList is a list of field names.
type fieldList []string

// maxFields is more names than there are fields.
const maxFields = 500

func (l fieldList) has(name string) bool {
	for _, n := range l {
		if n == name {
			return true
		}
	}
	return false
}

// RPCSchema implements methods.Describer.
func (*fieldList) RPCSchema() *methods.Schema {
	return &methods.Schema{Type: methods.TypeArray, Elem: &methods.Schema{Type: methods.TypeString}}
}

// BindValue implements methods.Binder.
func (l *fieldList) BindValue(v methods.Value) error {
	var names []methods.Value
	switch v.Type() {
	case methods.TypeArray:
		names = v.Items()
	case methods.TypeStruct:
		for _, m := range v.Members() {
			names = append(names, m.Value)
		}
	case methods.TypeString:
		if v.Text() != "" {
			names = []methods.Value{v}
		}
	default:
		return errors.New("wanted names of fields, as an array or as the values of a struct")
	}
	if len(names) > maxFields {
		return fmt.Errorf("more than %d names", maxFields)
	}
	out := make(fieldList, 0, len(names))
	for _, n := range names {
		if n.Type() != methods.TypeString {
			return errors.New("the name of a field is a text")
		}
		if !out.has(n.Text()) {
			out = append(out, n.Text())
		}
	}
	*l = out
	return nil
}

// timestamp is a time that may come as seconds since 1970, in a number or in text, or
// as a date. 0, negative numbers and empty texts mean none.
type timestamp time.Time

// RPCSchema implements methods.Describer.
func (*timestamp) RPCSchema() *methods.Schema { return &methods.Schema{Type: methods.TypeInt} }

// BindValue implements methods.Binder.
func (t *timestamp) BindValue(v methods.Value) error {
	wrong := errors.New("wanted seconds since 1970, or a date")
	seconds := v.Int()
	switch v.Type() {
	case methods.TypeDateTime:
		*t = timestamp(v.Time())
		return nil
	case methods.TypeInt, methods.TypeLong:
	case methods.TypeDouble:
		if math.Abs(v.Double()) > math.MaxInt32*1000 {
			return wrong
		}
		seconds = int64(v.Double())
	case methods.TypeString:
		if v.Text() == "" {
			break
		}
		var err error
		if seconds, err = strconv.ParseInt(v.Text(), 10, 64); err != nil {
			return wrong
		}
	default:
		return wrong
	}
	if seconds > math.MaxInt32*1000 {
		return wrong
	}
	if seconds > 0 {
		*t = timestamp(time.Unix(seconds, 0).UTC())
	}
	return nil
}

// refuse is the error for an argument whose type fits but whose content does not.
func refuse(name, reason string) error {
	return methods.Errorf(methods.KindInvalidParams, "%s: %s", name, reason)
}
