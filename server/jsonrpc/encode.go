package jsonrpc

import (
	"encoding/base64"
	"math"
	"strconv"
	"time"

	"countersign/methods"
)

// encoder appends values (bugzilla contract §9). Its functions report false, and what
// they appended is unfinished, when err says why a value cannot leave.
type encoder struct {
	dst   []byte
	most  int // give up when dst is longer
	err   error
	names nameSet // for large structs
}

func (e *encoder) str(s string) { e.dst = append(e.dst, s...) }

func (e *encoder) value(v methods.Value) bool {
	switch v.Type() {
	case methods.TypeString:
		e.dst = appendString(e.dst, v.Text())
	case methods.TypeInt, methods.TypeLong:
		e.dst = strconv.AppendInt(e.dst, v.Int(), 10)
	case methods.TypeBoolean:
		e.dst = strconv.AppendBool(e.dst, v.Bool())
	case methods.TypeDouble:
		return e.double(v.Double())
	case methods.TypeDateTime:
		return e.dateTime(v.Time())
	case methods.TypeBase64:
		e.dst = append(e.dst, '"')
		e.dst = base64.StdEncoding.AppendEncode(e.dst, v.Bytes())
		e.dst = append(e.dst, '"')
	case methods.TypeArray:
		return e.array(v.Items())
	case methods.TypeStruct:
		return e.structure(v.Members())
	default:
		e.str("null")
	}
	return true
}

// double writes the shortest number that reads back as f, in the form of ECMAScript's
// Number.prototype.toString.
func (e *encoder) double(f float64) bool {
	if math.IsNaN(f) || math.IsInf(f, 0) {
		e.err = errUnsendable
		return false
	}
	format := byte('f')
	if abs := math.Abs(f); abs != 0 && (abs < 1e-6 || abs >= 1e21) {
		format = 'e'
	}
	e.dst = strconv.AppendFloat(e.dst, f, format, -1, 64)
	if n := len(e.dst); format == 'e' && e.dst[n-2] == '0' && (e.dst[n-3] == '-' || e.dst[n-3] == '+') {
		e.dst[n-2] = e.dst[n-1] // e-07 is e-7
		e.dst = e.dst[:n-1]
	}
	return true
}

func (e *encoder) dateTime(t time.Time) bool {
	switch {
	case t.IsZero():
		e.str("null")
		return true
	case t.Year() < 0 || t.Year() > 9999:
		e.err = errUnsendable
		return false
	}
	e.dst = append(e.dst, '"')
	e.dst = t.AppendFormat(e.dst, time.RFC3339) // t is in UTC
	e.dst = append(e.dst, '"')
	return true
}

func (e *encoder) room() bool {
	if len(e.dst) > e.most {
		e.err = errAnswerTooBig
		return false
	}
	return true
}

func (e *encoder) array(items []methods.Value) bool {
	sep := byte('[')
	for i := range items {
		e.dst = append(e.dst, sep)
		if !e.room() || !e.value(items[i]) {
			return false
		}
		sep = ','
	}
	if len(items) == 0 {
		e.dst = append(e.dst, '[')
	}
	e.dst = append(e.dst, ']')
	return true
}

func (e *encoder) structure(members []methods.Member) bool {
	if !e.distinct(members) {
		members = lastOnes(members)
	}
	sep := byte('{')
	for i := range members {
		e.dst = append(e.dst, sep)
		e.dst = appendString(e.dst, members[i].Name)
		e.dst = append(e.dst, ':')
		if !e.room() || !e.value(members[i].Value) {
			return false
		}
		sep = ','
	}
	if len(members) == 0 {
		e.dst = append(e.dst, '{')
	}
	e.dst = append(e.dst, '}')
	return true
}

// distinct tells whether no name comes twice. A name is compared with those before it
// only if one of them left the same mark, of 64, that this one would.
func (e *encoder) distinct(members []methods.Member) bool {
	if len(members) > 64 {
		return e.distinctMany(members)
	}
	var marks uint64
	for i := range members {
		name := members[i].Name
		mark := uint64(1)
		if n := len(name); n > 0 {
			mark <<= (uint(name[0]) + 5*uint(name[n-1]) + 11*uint(name[n/2]) + uint(n)) % 64
		}
		if marks&mark != 0 {
			for j := range i {
				if members[j].Name == name {
					return false
				}
			}
		}
		marks |= mark
	}
	return true
}

func (e *encoder) distinctMany(members []methods.Member) bool {
	e.names.expect(len(members))
	defer e.names.forget()
	for i := range members {
		if !e.names.add(members[i].Name) {
			return false
		}
	}
	return true
}

// lastOnes keeps of members with one name the last, as readers do (methods.Value.Field).
func lastOnes(members []methods.Member) []methods.Member {
	last := make(map[string]int, len(members))
	for i := range members {
		last[members[i].Name] = i
	}
	kept := make([]methods.Member, 0, len(last))
	for i := range members {
		if last[members[i].Name] == i {
			kept = append(kept, members[i])
		}
	}
	return kept
}
