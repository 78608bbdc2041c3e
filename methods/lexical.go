package methods

import (
	"math"
	"strconv"
	"strings"
)

// read gives a text made by Lexical as a value of the type t, or as it is if it is no
// text of one. Blanks around numbers and booleans do not count (XML Schema part
// 2, §4.3.6).
func (v Value) read(t Type) Value {
	text := strings.Trim(v.Text(), " \t\r\n")
	switch t {
	case TypeBoolean:
		switch text {
		case "true", "1":
			return Bool(true)
		case "false", "0":
			return Bool(false)
		}
	case TypeInt, TypeLong:
		if n, err := strconv.ParseInt(text, 10, 64); err == nil {
			return Int(n)
		}
	case TypeDouble:
		f, err := strconv.ParseFloat(text, 64)
		// The hexadecimal forms, underscores and words that strconv knows are no numbers here.
		if err == nil && !math.IsInf(f, 0) && strings.Trim(text, "0123456789+-.eE") == "" {
			return Double(f)
		}
	}
	return v
}

// mayBeRead tells whether a text stands for a date or for binary data, too.
func (v Value) mayBeRead() bool {
	return v.typ == TypeString && (v.zone.state == zoneUntyped || v.zone.state == zoneLexical)
}
