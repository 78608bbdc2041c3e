package soap

import (
	"encoding/base64"
	"encoding/hex"
	"math"
	"strconv"
	"strings"

	"countersign/methods"
	"countersign/server/internal/xmltext"
)

// blanks are white space in XML.
const blanks = " \t\n\r"

// scalar reads the text of a simple value other than base64 (XML Schema part 2, §3.2).
// An empty dateTime is "no date", as on the other wires (phpgroupware contract §8.5).
func scalar(k kind, s string) (methods.Value, error) {
	switch k {
	case text:
		return methods.String(s), nil
	case untyped, lexical:
		return methods.Lexical(s), nil
	}
	trimmed := strings.Trim(s, blanks)
	switch k {
	case integer, long:
		n, err := strconv.ParseInt(trimmed, 10, 64)
		switch {
		case err != nil:
			return methods.Value{}, notSOAP("an integer that is not a number of up to 64 bits")
		case k == long || n != int64(int32(n)):
			return methods.Long(n), nil
		}
		return methods.Int(n), nil
	case boolean:
		switch trimmed {
		case "true", "1":
			return methods.Bool(true), nil
		case "false", "0":
			return methods.Bool(false), nil
		}
		return methods.Value{}, notSOAP("a boolean that is none of true, false, 1 and 0")
	case double, decimal:
		f, err := strconv.ParseFloat(trimmed, 64)
		// The hexadecimal forms and underscores that strconv knows are no numbers here;
		// infinities and NaN are, but no other wire could carry them.
		if err != nil || math.IsInf(f, 0) || strings.Trim(trimmed, "0123456789+-.eE") != "" {
			return methods.Value{}, notSOAP("a number that is not a finite decimal one")
		}
		if k == decimal {
			return methods.Lexical(trimmed), nil
		}
		return methods.Double(f), nil
	case dateTime:
		if trimmed == "" {
			return methods.EmptyDate(), nil
		}
		v, ok := methods.ParseDateTime(trimmed)
		if !ok {
			return methods.Value{}, notSOAP("a dateTime in no known form")
		}
		return v, nil
	case hexBytes:
		b, err := hex.DecodeString(trimmed)
		if err != nil {
			return methods.Value{}, notSOAP("hexBinary that is not pairs of hexadecimal digits")
		}
		return methods.Bytes(b), nil
	}
	return methods.Value{}, notSOAP("text in a value that is none")
}

// binary reads base64. Where the method wants a string and the bytes are a text that XML
// could have carried as it is, they are that text: SOAP::Lite makes base64 of every text
// outside ASCII whose type it is not told.
func binary(s string, want *methods.Schema) (methods.Value, error) {
	b, err := base64.StdEncoding.DecodeString(s) // skips CR and LF
	if err != nil {
		b, err = base64.StdEncoding.DecodeString(strings.NewReplacer(" ", "", "\t", "").Replace(s))
	}
	if err != nil {
		return methods.Value{}, notSOAP("base64 with characters outside its alphabet, or cut off")
	}
	if want != nil && want.Type == methods.TypeString {
		if s := string(b); xmltext.ValidText(s) {
			return methods.String(s), nil
		}
	}
	return methods.Bytes(b), nil
}
