package interop

import (
	"cmp"
	"slices"
	"strings"
	"unicode/utf8"

	"countersign/methods"
)

func examples() methods.Module {
	return methods.Module{
		Name: "examples",
		Help: "The methods that phpxmlrpc's test-suite calls on foreign servers.",
		Run:  methods.Public(),
		Methods: []methods.Method{
			declare("stringecho", "Gives a text back.", func(in textIn) (string, error) { return in.Text, nil }),
			declare("addtwo", "Adds two integers.", addTwo),
			declare("addtwodouble", "Adds two numbers.", addTwoDouble),
			declare("invertBooleans", "Inverts every boolean of an array.", invertBooleans),
			declare("decode64", "Gives the text that a base64 value holds.", decode64),
			declare("getStateName", "Names the state of the USA with the number, 1 to 51 in the order of the alphabet.", stateName),
			declare("sortByAge", "Sorts people by age, the youngest first.", sortByAge),
		},
	}
}

type twoIntegers struct {
	A int32 `rpc:"a" help:"first summand"`
	B int32 `rpc:"b" help:"second summand"`
}

func addTwo(in twoIntegers) (int, error) { return int(in.A) + int(in.B), nil }

type twoNumbers struct {
	A float64 `rpc:"a" help:"first summand"`
	B float64 `rpc:"b" help:"second summand"`
}

func addTwoDouble(in twoNumbers) (float64, error) { return in.A + in.B, nil }

type booleansIn struct {
	Booleans []bool `rpc:"booleans"`
}

func invertBooleans(in booleansIn) ([]bool, error) {
	out := make([]bool, len(in.Booleans))
	for i, b := range in.Booleans {
		out[i] = !b
	}
	return out, nil
}

type base64In struct {
	Data []byte `rpc:"data" help:"text in UTF-8"`
}

func decode64(in base64In) (string, error) {
	text := string(in.Data)
	if !utf8.ValidString(text) || strings.ContainsRune(text, 0) {
		return "", methods.Errorf(methods.KindInvalidParams, "the bytes are no UTF-8 text")
	}
	return text, nil
}

type stateIn struct {
	Index int `rpc:"index" help:"1 to 51"`
}

// noSuchState is the fault number and wording that phpxmlrpc's suite knows.
const noSuchState = 800

func stateName(in stateIn) (string, error) {
	if in.Index < 1 || in.Index > len(states) {
		fault := methods.Errorf(methods.KindApplication, "I don't have a state for the index '%d'", in.Index)
		fault.Code = noSuchState
		return "", fault
	}
	return states[in.Index-1], nil
}

type person struct {
	Name string `rpc:"name"`
	Age  int    `rpc:"age"`
}

type peopleIn struct {
	People []person `rpc:"people"`
}

func sortByAge(in peopleIn) ([]person, error) {
	slices.SortStableFunc(in.People, func(a, b person) int { return cmp.Compare(a.Age, b.Age) })
	return in.People, nil
}

var states = [...]string{
	"Alabama", "Alaska", "Arizona", "Arkansas", "California", "Colorado", "Columbia",
	"Connecticut", "Delaware", "Florida", "Georgia", "Hawaii", "Idaho", "Illinois",
	"Indiana", "Iowa", "Kansas", "Kentucky", "Louisiana", "Maine", "Maryland",
	"Massachusetts", "Michigan", "Minnesota", "Mississippi", "Missouri", "Montana",
	"Nebraska", "Nevada", "New Hampshire", "New Jersey", "New Mexico", "New York",
	"North Carolina", "North Dakota", "Ohio", "Oklahoma", "Oregon", "Pennsylvania",
	"Rhode Island", "South Carolina", "South Dakota", "Tennessee", "Texas", "Utah",
	"Vermont", "Virginia", "Washington", "West Virginia", "Wisconsin", "Wyoming",
}
