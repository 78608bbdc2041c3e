package jsonrpc

import (
	"encoding/base64"
	"math"
	"strconv"
	"time"

	"countersign/methods"
)

// encoder appends values (bugzilla contract §9). Its functions give what they were given
// with the value appended; when err is set, which says why a value cannot leave, that is
// unfinished.
type encoder struct {
	most  int // give up when the answer is longer
	err   error
	names nameSet // for large structs
}

func (e *encoder) value(dst []byte, v methods.Value) []byte {
	switch v.Type() {
	case methods.TypeString:
		return appendString(dst, v.Text())
	case methods.TypeInt, methods.TypeLong:
		return strconv.AppendInt(dst, v.Int(), 10)
	case methods.TypeBoolean:
		return strconv.AppendBool(dst, v.Bool())
	case methods.TypeDouble:
		return e.double(dst, v.Double())
	case methods.TypeDateTime:
		return e.dateTime(dst, v.Time())
	case methods.TypeBase64:
		dst = append(dst, '"')
		dst = base64.StdEncoding.AppendEncode(dst, v.Bytes())
		return append(dst, '"')
	case methods.TypeArray:
		return e.array(dst, v.Items())
	case methods.TypeStruct:
		return e.structure(dst, v.Members())
	default:
		return append(dst, "null"...)
	}
}

// double writes the shortest number that reads back as f, in the form of ECMAScript's
// Number.prototype.toString.
func (e *encoder) double(dst []byte, f float64) []byte {
	if math.IsNaN(f) || math.IsInf(f, 0) {
		e.err = errUnsendable
		return dst
	}
	abs := math.Abs(f)
	if abs == 0 || abs >= 1e-6 && abs < 1e21 {
		return strconv.AppendFloat(dst, f, 'f', -1, 64)
	}
	dst = strconv.AppendFloat(dst, f, 'e', -1, 64)
	if n := len(dst); dst[n-3] == '-' && dst[n-2] == '0' { // e-07 is e-7
		dst[n-2] = dst[n-1]
		dst = dst[:n-1]
	}
	return dst
}

// dateTime writes t, which is in UTC, to the second.
func (e *encoder) dateTime(dst []byte, t time.Time) []byte {
	if t.IsZero() {
		return append(dst, "null"...)
	}
	year, month, day := t.Date()
	if year < 0 || year > 9999 {
		e.err = errUnsendable
		return dst
	}
	hour, minute, second := t.Clock()
	dst = appendTwo(appendTwo(append(dst, '"'), year/100), year%100)
	dst = appendTwo(append(dst, '-'), int(month))
	dst = appendTwo(append(dst, '-'), day)
	dst = appendTwo(append(dst, 'T'), hour)
	dst = appendTwo(append(dst, ':'), minute)
	dst = appendTwo(append(dst, ':'), second)
	return append(dst, 'Z', '"')
}

// appendTwo writes two digits.
func appendTwo(dst []byte, n int) []byte { return append(dst, byte('0'+n/10), byte('0'+n%10)) }

func (e *encoder) array(dst []byte, items []methods.Value) []byte {
	dst = append(dst, '[')
	for i := range items {
		if i > 0 {
			dst = append(dst, ',')
		}
		if dst = e.value(dst, items[i]); e.over(dst) {
			return dst
		}
	}
	return append(dst, ']')
}

func (e *encoder) structure(dst []byte, members []methods.Member) []byte {
	if !e.distinct(members) {
		members = lastOnes(members)
	}
	dst = append(dst, '{')
	for i := range members {
		m := &members[i]
		if i > 0 {
			dst = append(dst, ',')
		}
		dst = append(appendString(dst, m.Name), ':')
		if dst = e.value(dst, m.Value); e.over(dst) {
			return dst
		}
	}
	return append(dst, '}')
}

// over tells whether there is no point in going on.
func (e *encoder) over(dst []byte) bool {
	if len(dst) > e.most && e.err == nil {
		e.err = errAnswerTooBig
	}
	return e.err != nil
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
