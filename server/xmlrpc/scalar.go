package xmlrpc

import (
	"encoding/base64"
	"errors"
	"math"
	"strconv"
	"strings"

	"countersign/methods"
	"countersign/server/internal/xmltext"
)

// scalar reads the simple types under the specification's own names, with the edge rules
// of phpgroupware contract §8.5. It knows no others.
func scalar(typ xmltext.Node) (v methods.Value, known bool, err error) {
	text := typ.Text()
	switch typ.Name() {
	case "string":
		return methods.String(text), true, nil
	case "int", "i4":
		v, err = integer(text, 32)
	case "boolean":
		v, err = boolean(text)
	case "double":
		v, err = double(text)
	case "dateTime.iso8601":
		v, err = dateTime(text)
	case "base64":
		v, err = binary(text)
	default:
		return methods.Value{}, false, nil
	}
	return v, true, err
}

// otherScalar reads them in other letter cases, and those that the specification lacks.
func otherScalar(typ xmltext.Node) (methods.Value, error) {
	text := typ.Text()
	name := strings.ToLower(typ.Name())
	if len(name) != len(typ.Name()) {
		name = "" // a letter outside ASCII whose small form is one of ASCII's
	}
	switch name {
	case "int", "i4":
		return integer(text, 32)
	case "i1":
		return integer(text, 8)
	case "i2":
		return integer(text, 16)
	case "i8", "ex:i8", "biginteger", "ex:biginteger":
		return integer(text, 64)
	case "boolean":
		return boolean(text)
	case "double", "float", "ex:float":
		return double(text)
	case "datetime.iso8601":
		return dateTime(text)
	case "base64":
		return binary(text)
	case "string":
		return methods.String(text), nil
	case "nil", "ex:nil":
		if trim(text, blanks) != "" {
			return methods.Value{}, notCall("text inside nil")
		}
		return methods.Nil(), nil
	}
	return methods.Value{}, notCall("a value of an unknown type")
}

const blanks = " \t\n\r"

// trim is strings.Trim for a cutset of blanks, quick where there are none at the ends.
func trim(s, cutset string) string {
	if s != "" && s[0] > ' ' && s[len(s)-1] > ' ' {
		return s
	}
	return strings.Trim(s, cutset)
}

func integer(text string, bits int) (methods.Value, error) {
	n, err := strconv.ParseInt(trim(text, blanks), 10, bits)
	switch {
	case errors.Is(err, strconv.ErrRange):
		return methods.Value{}, notCall("an integer outside the range of its type")
	case err != nil:
		return methods.Value{}, notCall("an integer that is not a number")
	case bits == 64:
		return methods.Long(n), nil
	}
	return methods.Int(n), nil
}

func boolean(text string) (methods.Value, error) {
	switch text = trim(text, blanks); {
	case text == "1", len(text) == 4 && strings.EqualFold(text, "true"):
		return methods.Bool(true), nil
	case text == "0", len(text) == 5 && strings.EqualFold(text, "false"):
		return methods.Bool(false), nil
	}
	return methods.Value{}, notCall("a boolean that is neither 0 nor 1")
}

// double reads decimal numbers with an optional exponent; the hexadecimal forms,
// underscores, infinities and NaN that strconv knows are no XML-RPC.
func double(text string) (methods.Value, error) {
	text = trim(text, blanks)
	f, err := strconv.ParseFloat(text, 64)
	if err != nil || math.IsInf(f, 0) || math.IsNaN(f) || strings.Trim(text, "0123456789+-.eE") != "" {
		return methods.Value{}, notCall("a double that is not a decimal number")
	}
	return methods.Double(f), nil
}

func binary(text string) (methods.Value, error) {
	out := make([]byte, base64.StdEncoding.DecodedLen(len(text)))
	n, err := base64.StdEncoding.Decode(out, []byte(text)) // skips CR and LF
	if err != nil {
		text = strings.Map(func(r rune) rune {
			if strings.ContainsRune(blanks, r) {
				return -1
			}
			return r
		}, text)
		n, err = base64.StdEncoding.Decode(out, []byte(text))
	}
	if err != nil {
		return methods.Value{}, notCall("base64 with characters outside its alphabet, or cut off")
	}
	return methods.Bytes(out[:n]), nil
}

// dateTime reads what methods.ParseDateTime does; an empty element is "no date".
func dateTime(text string) (methods.Value, error) {
	text = trim(text, blanks)
	if text == "" {
		return methods.EmptyDate(), nil
	}
	v, ok := methods.ParseDateTime(text)
	if !ok {
		return methods.Value{}, errDate
	}
	return v, nil
}
