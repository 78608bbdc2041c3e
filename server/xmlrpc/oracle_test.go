package xmlrpc

import (
	"encoding/base64"
	"encoding/xml"
	"errors"
	"io"
	"math"
	"math/big"
	"regexp"
	"strconv"
	"strings"
	"time"

	"countersign/methods"
)

// The oracle is a second decoder, written from phpgroupware contract §8.5 alone and as
// plainly as can be, over encoding/xml. It need not be strict: what it is asked is only
// whether a document that was accepted means what was read.

// element is a node of its tree. Name has the prefix as written, in small letters.
type element struct {
	name     string
	text     string // directly in it, joined
	children []element
}

var errOracle = errors.New("the oracle does not read this")

// oracle reads a document that is UTF-8.
func oracle(doc string) (method string, params []methods.Value, err error) {
	root, err := tree(doc)
	if err != nil {
		return "", nil, err
	}
	if root.name != "methodcall" || len(root.children) == 0 || root.children[0].name != "methodname" {
		return "", nil, errOracle
	}
	method = strings.Trim(root.children[0].text, " \t\n")
	if len(root.children) == 1 {
		return method, nil, nil
	}
	if len(root.children) > 2 || root.children[1].name != "params" {
		return "", nil, errOracle
	}
	for _, p := range root.children[1].children {
		if p.name != "param" || len(p.children) != 1 {
			return "", nil, errOracle
		}
		v, err := p.children[0].value()
		if err != nil {
			return "", nil, err
		}
		params = append(params, v)
	}
	return method, params, nil
}

func tree(doc string) (element, error) {
	dec := xml.NewDecoder(strings.NewReader(doc))
	dec.CharsetReader = func(_ string, r io.Reader) (io.Reader, error) { return r, nil } // it is UTF-8 by now
	open := []element{{}}
	for {
		tok, err := dec.RawToken()
		if err == io.EOF {
			break
		}
		if err != nil {
			return element{}, err
		}
		top := &open[len(open)-1]
		switch tok := tok.(type) {
		case xml.StartElement:
			name := tok.Name.Local
			if tok.Name.Space != "" {
				name = tok.Name.Space + ":" + name
			}
			open = append(open, element{name: asciiLower(name)})
		case xml.EndElement:
			if len(open) < 2 {
				return element{}, errOracle
			}
			open[len(open)-2].children = append(open[len(open)-2].children, *top)
			open = open[:len(open)-1]
		case xml.CharData:
			top.text += string(tok)
		}
	}
	if len(open) != 1 || len(open[0].children) != 1 {
		return element{}, errOracle
	}
	return open[0].children[0], nil
}

func asciiLower(s string) string {
	return strings.Map(func(r rune) rune {
		if r >= 'A' && r <= 'Z' {
			r += 'a' - 'A'
		}
		return r
	}, s)
}

func (e *element) value() (methods.Value, error) {
	if e.name != "value" || len(e.children) > 1 {
		return methods.Value{}, errOracle
	}
	if len(e.children) == 0 {
		return methods.String(e.text), nil
	}
	if strings.Trim(e.text, " \t\r\n") != "" {
		return methods.Value{}, errOracle
	}
	typ := e.children[0]
	switch typ.name {
	case "array":
		return typ.array()
	case "struct":
		return typ.structure()
	}
	if len(typ.children) > 0 {
		return methods.Value{}, errOracle
	}
	return typ.scalar()
}

func (e *element) array() (methods.Value, error) {
	if len(e.children) == 0 {
		return methods.Array(), nil
	}
	if len(e.children) > 1 || e.children[0].name != "data" {
		return methods.Value{}, errOracle
	}
	var items []methods.Value
	for _, c := range e.children[0].children {
		v, err := c.value()
		if err != nil {
			return methods.Value{}, err
		}
		items = append(items, v)
	}
	return methods.Array(items...), nil
}

func (e *element) structure() (methods.Value, error) {
	var members []methods.Member
	for _, m := range e.children {
		if m.name != "member" || len(m.children) != 2 {
			return methods.Value{}, errOracle
		}
		name, value := m.children[0], m.children[1]
		if name.name == "value" {
			name, value = value, name
		}
		v, err := value.value()
		if err != nil || name.name != "name" {
			return methods.Value{}, errOracle
		}
		members = append(members, methods.M(name.text, v))
	}
	return methods.Struct(members...), nil
}

var (
	integerForm = regexp.MustCompile(`^[+-]?[0-9]+$`)
	doubleForm  = regexp.MustCompile(`^[+-]?([0-9]+\.?[0-9]*|\.[0-9]+)([eE][+-]?[0-9]+)?$`)
	dateForm    = regexp.MustCompile(`^(\d{4})(-?)(\d\d)(-?)(\d\d)T(\d\d):(\d\d):(\d\d)(\.\d+)?(Z|[+-]\d\d:?\d\d)?$`)
	bitsOf      = map[string]uint{
		"int": 32, "i4": 32, "i1": 8, "i2": 16, "i8": 64, "ex:i8": 64, "biginteger": 64, "ex:biginteger": 64,
	}
)

func (e *element) scalar() (methods.Value, error) {
	text := strings.Trim(e.text, " \t\r\n")
	bits, isInteger := bitsOf[e.name]
	switch {
	case e.name == "string":
		return methods.String(e.text), nil
	case (e.name == "nil" || e.name == "ex:nil") && text == "":
		return methods.Nil(), nil
	case e.name == "boolean" && (text == "1" || asciiLower(text) == "true"):
		return methods.Bool(true), nil
	case e.name == "boolean" && (text == "0" || asciiLower(text) == "false"):
		return methods.Bool(false), nil
	case isInteger && integerForm.MatchString(text):
		n, _ := new(big.Int).SetString(text, 10)
		limit := new(big.Int).Lsh(big.NewInt(1), bits-1)
		if n.Cmp(limit) >= 0 || n.Cmp(new(big.Int).Neg(limit)) < 0 {
			return methods.Value{}, errOracle
		}
		if bits == 64 {
			return methods.Long(n.Int64()), nil
		}
		return methods.Int(n.Int64()), nil
	case (e.name == "double" || e.name == "float" || e.name == "ex:float") && doubleForm.MatchString(text):
		f, err := strconv.ParseFloat(text, 64)
		if err != nil || math.IsInf(f, 0) {
			return methods.Value{}, errOracle
		}
		return methods.Double(f), nil
	case e.name == "base64":
		joined := strings.NewReplacer(" ", "", "\t", "", "\r", "", "\n", "").Replace(text)
		b, err := base64.StdEncoding.DecodeString(joined)
		if err != nil {
			return methods.Value{}, errOracle
		}
		return methods.Bytes(b), nil
	case e.name == "datetime.iso8601" && text == "":
		return methods.EmptyDate(), nil
	case e.name == "datetime.iso8601":
		return oracleDate(text)
	}
	return methods.Value{}, errOracle
}

func oracleDate(text string) (methods.Value, error) {
	m := dateForm.FindStringSubmatch(text)
	if m == nil || m[2] != m[4] {
		return methods.Value{}, errOracle
	}
	var n [6]int
	for i, part := range []int{1, 3, 5, 6, 7, 8} {
		n[i], _ = strconv.Atoi(m[part]) // digits, by the form
	}
	micros, _ := strconv.Atoi((strings.TrimPrefix(m[9], ".") + "000000")[:6])
	t := time.Date(n[0], time.Month(n[1]), n[2], n[3], n[4], n[5], micros*1000, time.UTC)
	if t.Month() != time.Month(n[1]) || t.Day() != n[2] || t.Hour() != n[3] || t.Minute() != n[4] || t.Second() != n[5] {
		return methods.Value{}, errOracle // rolled over: there is no such time
	}
	zone := strings.ReplaceAll(m[10], ":", "")
	switch zone {
	case "":
		return methods.FloatingTime(t), nil
	case "Z":
		return methods.ZonedTime(t, 0), nil
	}
	hours, _ := strconv.Atoi(zone[1:3])
	minutes, _ := strconv.Atoi(zone[3:])
	offset := hours*60 + minutes
	if zone[0] == '-' {
		offset = -offset
	}
	return methods.ZonedTime(t.Add(-time.Duration(offset)*time.Minute), offset), nil
}
