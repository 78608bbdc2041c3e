package interop

import (
	"encoding/hex"
	"errors"
	"strings"
	"time"

	"countersign/methods"
)

// SOAPBase gives the module of the second round of SOAP interoperability tests, base
// part (phpgroupware contract §7.3). Its methods have no prefix, as the tests call them;
// families are those of the endpoints that show it.
func SOAPBase(families ...string) methods.Module {
	return methods.Module{
		Help:     "The base part of the second round of SOAP interoperability tests: every method gives its argument back.",
		Run:      methods.Public(),
		Families: families,
		Methods: []methods.Method{
			declare("echoString", "Gives back a text, or nil.", func(in stringIn) (*string, error) { return in.Value, nil }),
			declare("echoStringArray", "Gives back an array of texts, or nil.", func(in stringsIn) (*[]string, error) { return in.Value, nil }),
			declare("echoInteger", "Gives back an integer.", func(in integerIn) (int, error) { return in.Value, nil }),
			declare("echoIntegerArray", "Gives back an array of integers.", func(in integersIn) ([]int, error) { return in.Value, nil }),
			declare("echoFloat", "Gives back a number.", func(in floatIn) (float64, error) { return in.Value, nil }),
			declare("echoFloatArray", "Gives back an array of numbers.", func(in floatsIn) ([]float64, error) { return in.Value, nil }),
			declare("echoStruct", "Gives back a struct.", func(in structIn) (SOAPStruct, error) { return in.Value, nil }),
			declare("echoStructArray", "Gives back an array of structs.", func(in structsIn) ([]SOAPStruct, error) { return in.Value, nil }),
			declare("echoVoid", "Takes nothing and gives nothing.", func(struct{}) (methods.Value, error) { return methods.Nil(), nil }).As(methods.TypeNil),
			declare("echoBase64", "Gives back binary data.", func(in bytesIn) ([]byte, error) { return in.Value, nil }),
			declare("echoHexBinary", "Gives back binary data that travels as hexadecimal digits.", func(in hexIn) (hexBinary, error) { return in.Value, nil }),
			declare("echoDate", "Gives back a date.", func(in dateIn) (time.Time, error) { return in.Value, nil }),
			declare("echoDecimal", "Gives back a decimal number with the digits it came with.", func(in decimalIn) (decimal, error) { return in.Value, nil }),
			declare("echoBoolean", "Gives back a boolean.", func(in booleanIn) (bool, error) { return in.Value, nil }),
		},
	}
}

type (
	stringIn struct {
		Value *string `rpc:"inputString,optional"`
	}
	stringsIn struct {
		Value *[]string `rpc:"inputStringArray,optional"`
	}
	integerIn struct {
		Value int `rpc:"inputInteger"`
	}
	integersIn struct {
		Value []int `rpc:"inputIntegerArray"`
	}
	floatIn struct {
		Value float64 `rpc:"inputFloat"`
	}
	floatsIn struct {
		Value []float64 `rpc:"inputFloatArray"`
	}
	structIn struct {
		Value SOAPStruct `rpc:"inputStruct"`
	}
	structsIn struct {
		Value []SOAPStruct `rpc:"inputStructArray"`
	}
	bytesIn struct {
		Value []byte `rpc:"inputBase64"`
	}
	hexIn struct {
		Value hexBinary `rpc:"inputHexBinary"`
	}
	dateIn struct {
		Value time.Time `rpc:"inputDate"`
	}
	decimalIn struct {
		Value decimal `rpc:"inputDecimal"`
	}
	booleanIn struct {
		Value bool `rpc:"inputBoolean"`
	}
)

// SOAPStruct is the struct of the tests.
type SOAPStruct struct {
	Text    string  `rpc:"varString"`
	Integer int     `rpc:"varInt"`
	Number  float64 `rpc:"varFloat"`
}

// hexBinary is binary data that travels as xsd:hexBinary.
type hexBinary []byte

// RPCSchema implements methods.Describer.
func (*hexBinary) RPCSchema() *methods.Schema {
	return &methods.Schema{Type: methods.TypeBase64, Name: "hexBinary"}
}

// BindValue implements methods.Binder.
func (h *hexBinary) BindValue(v methods.Value) error {
	switch v.Type() {
	case methods.TypeBase64:
		*h = v.Bytes()
		return nil
	case methods.TypeString: // of a wire that leaves types to us
		if b, err := hex.DecodeString(v.Text()); err == nil {
			*h = b
			return nil
		}
	}
	return errors.New("wanted binary data, or hexadecimal digits")
}

// RPCValue implements methods.Valuer.
func (h *hexBinary) RPCValue() methods.Value { return methods.Bytes(*h) }

// decimal is a number of any precision, as text.
type decimal string

// RPCSchema implements methods.Describer.
func (*decimal) RPCSchema() *methods.Schema {
	return &methods.Schema{Type: methods.TypeString, Name: "decimal"}
}

// BindValue implements methods.Binder.
func (d *decimal) BindValue(v methods.Value) error {
	text := v.Text()
	digits := strings.TrimLeft(text, "+-")
	if len(text)-len(digits) > 1 || strings.Trim(digits, "0123456789.") != "" ||
		strings.Count(digits, ".") > 1 || strings.Trim(digits, ".") == "" {
		return errors.New("wanted a decimal number as text")
	}
	*d = decimal(text)
	return nil
}

// RPCValue implements methods.Valuer.
func (d *decimal) RPCValue() methods.Value { return methods.String(string(*d)) }
