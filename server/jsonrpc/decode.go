package jsonrpc

import (
	"math"
	"strconv"

	"countersign/methods"
)

// Values implements wire.Args: params in brackets are positional, params in braces named.
func (c *call) Values() ([]methods.Value, []methods.Member, error) {
	switch {
	case c.misshapen != nil:
		return nil, nil, c.misshapen
	case c.params < 0:
		return nil, nil, nil
	}
	d := newDecoder(c.tape, c.params)
	v := d.value(c.params)
	switch {
	case d.err != nil:
		return nil, nil, d.err
	case v.Type() == methods.TypeArray:
		return v.Items(), nil, nil
	case len(v.Members()) == 0:
		return nil, []methods.Member{}, nil // named, though none
	}
	return nil, v.Members(), nil
}

// decoder turns nodes into values. All their items, and all their members, are in one
// piece of memory each.
type decoder struct {
	tape    *tape
	items   []methods.Value
	members []methods.Member
	err     error
}

// newDecoder makes room for what is in node n.
func newDecoder(t *tape, n int) decoder {
	var items, members uint32
	for i := n; i < int(t.nodes[n].next); i++ {
		switch at := &t.nodes[i]; at.kind {
		case kindArray:
			items += at.count
		case kindObject:
			members += at.count
		default:
		}
	}
	d := decoder{tape: t}
	if items > 0 {
		d.items = make([]methods.Value, items)
	}
	if members > 0 {
		d.members = make([]methods.Member, members)
	}
	return d
}

func (d *decoder) value(n int) methods.Value {
	at := &d.tape.nodes[n]
	switch at.kind {
	case kindString:
		return methods.Untyped(d.tape.text(n))
	case kindInteger:
		return d.integer(d.tape.doc[at.start:at.end])
	case kindNumber:
		return d.double(d.tape.doc[at.start:at.end])
	case kindArray:
		return d.array(n, int(at.count))
	case kindObject:
		return d.object(n, int(at.count))
	case kindTrue:
		return methods.Bool(true)
	case kindFalse:
		return methods.Bool(false)
	default:
		return methods.Nil()
	}
}

func (d *decoder) array(n, count int) methods.Value {
	items := d.items[:count:count]
	d.items = d.items[count:]
	n++
	for i := range items {
		items[i] = d.value(n)
		n = d.tape.after(n)
	}
	return methods.Array(items...)
}

func (d *decoder) object(n, count int) methods.Value {
	members := d.members[:count:count]
	d.members = d.members[count:]
	n++
	for i := range members {
		m := &members[i]
		m.Name = d.tape.text(n)
		m.Value = d.value(n + 1)
		n = d.tape.after(n + 1)
	}
	return methods.Struct(members...)
}

// integer reads what the grammar calls a number without fraction and exponent: exact if
// it fits 64 bits, else the nearest double.
func (d *decoder) integer(s string) methods.Value {
	const safe = 18 // digits that never overflow
	digits, negative := s, s[0] == '-'
	if negative {
		digits = s[1:]
	}
	if len(digits) > safe {
		if i, err := strconv.ParseInt(s, 10, 64); err == nil {
			return methods.Int(i)
		}
		return d.double(s)
	}
	var i int64
	for _, c := range []byte(digits) {
		i = i*10 + int64(c-'0')
	}
	if negative {
		i = -i
	}
	return methods.Int(i)
}

func (d *decoder) double(s string) methods.Value {
	f, err := strconv.ParseFloat(s, 64)
	if err != nil || math.IsInf(f, 0) {
		d.err = errDouble
	}
	return methods.Double(f)
}
