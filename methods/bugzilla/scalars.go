package bugzilla

import (
	"strconv"
	"strings"

	"countersign/methods"
)

// natural reads a number without sign, which may come as text.
func natural(c *methods.Call, argument string, v methods.Value) (int64, error) {
	switch v.Type() {
	case methods.TypeInt, methods.TypeLong:
		if n := v.Int(); n >= 0 {
			return n, nil
		}
	case methods.TypeString:
		s := strings.TrimSpace(v.Text())
		if s == "" || strings.Trim(s, "0123456789") != "" {
			break
		}
		n, err := strconv.ParseInt(s, 10, 64)
		if err != nil {
			return 0, fault(methods.KindInvalidParams, codeTooLarge, "The %s argument of %s is too large a number.", argument, c.Entry.FullName)
		}
		return n, nil
	}
	return 0, fault(methods.KindInvalidParams, codeNotNumber,
		"Invalid parameter %s passed to %s: it must be numeric.", argument, c.Entry.FullName)
}

// naturals reads a list of ids.
func naturals(c *methods.Call, argument string, values []methods.Value) ([]int64, error) {
	out := make([]int64, len(values))
	for i, v := range values {
		if t := v.Type(); t == methods.TypeArray || t == methods.TypeStruct {
			return nil, fault(methods.KindInvalidParams, codeNotScalars,
				"The %s parameter must be an array of scalars (integers and/or strings).", argument)
		}
		n, err := natural(c, argument, v)
		if err != nil {
			return nil, err
		}
		out[i] = n
	}
	return out, nil
}

// textMost is how long the texts are that are kept of users, in bytes.
const textMost = 1024

// line trims a text that is kept.
func line(c *methods.Call, argument, text string) (string, error) {
	if text = strings.TrimSpace(text); len(text) > textMost {
		return "", fault(methods.KindInvalidParams, codeTooLarge, "The %s argument of %s is too long.", argument, c.Entry.FullName)
	}
	return text, nil
}
