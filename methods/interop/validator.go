package interop

import (
	"strings"

	"countersign/methods"
)

func validator() methods.Module {
	return methods.Module{
		Name: "validator1",
		Help: "The validator1 family: tests of how a client and this server understand each other.",
		Run:  methods.Public(),
		Methods: []methods.Method{
			declare("arrayOfStructsTest", "Adds up the curly members of an array of structs.", arrayOfStructs),
			declare("countTheEntities", "Counts the characters of a text that XML must escape.", countEntities),
			declare("easyStructTest", "Adds the members moe, larry and curly of a struct.", easyStruct),
			echoes("echoStructTest", "a struct", schema(methods.TypeStruct)),
			typed("manyTypesTest", "Gives six values of six types back in an array.",
				schema(methods.TypeArray), manyTypesParams, func(args []methods.Value) methods.Value { return methods.Array(args...) }),
			declare("moderateSizeArrayCheck", "Joins the first and the last text of an array.", moderateSizeArray),
			declare("nestedStructTest", "Adds moe, larry and curly of 1 April 2000 in a struct of years, months and days.", nestedStruct),
			declare("simpleStructReturnTest", "Multiplies a number by 10, 100 and 1000.", simpleStructReturn),
		},
	}
}

type stooges struct {
	Moe   int `rpc:"moe"`
	Larry int `rpc:"larry"`
	Curly int `rpc:"curly"`
}

type arrayOfStructsIn struct {
	Structs []stooges `rpc:"structs" help:"structs with the integers moe, larry and curly"`
}

func arrayOfStructs(in arrayOfStructsIn) (int, error) {
	sum := 0
	for _, s := range in.Structs {
		sum += s.Curly
	}
	return sum, nil
}

type textIn struct {
	Text string `rpc:"text" help:"any text"`
}

type entityCounts struct {
	LeftAngleBrackets  int `rpc:"ctLeftAngleBrackets"`
	RightAngleBrackets int `rpc:"ctRightAngleBrackets"`
	Ampersands         int `rpc:"ctAmpersands"`
	Apostrophes        int `rpc:"ctApostrophes"`
	Quotes             int `rpc:"ctQuotes"`
}

func countEntities(in textIn) (entityCounts, error) {
	return entityCounts{
		LeftAngleBrackets:  strings.Count(in.Text, "<"),
		RightAngleBrackets: strings.Count(in.Text, ">"),
		Ampersands:         strings.Count(in.Text, "&"),
		Apostrophes:        strings.Count(in.Text, "'"),
		Quotes:             strings.Count(in.Text, `"`),
	}, nil
}

type stoogesIn struct {
	Struct stooges `rpc:"struct" help:"a struct with the integers moe, larry and curly"`
}

func easyStruct(in stoogesIn) (int, error) {
	return in.Struct.Moe + in.Struct.Larry + in.Struct.Curly, nil
}

var manyTypesParams = []methods.Param{
	{Name: "int", Schema: schema(methods.TypeInt)},
	{Name: "boolean", Schema: schema(methods.TypeBoolean)},
	{Name: "string", Schema: schema(methods.TypeString)},
	{Name: "double", Schema: schema(methods.TypeDouble)},
	{Name: "dateTime", Schema: schema(methods.TypeDateTime)},
	{Name: "base64", Schema: schema(methods.TypeBase64)},
}

type moderateSizeArrayIn struct {
	Texts []string `rpc:"texts" help:"100 to 200 texts"`
}

func moderateSizeArray(in moderateSizeArrayIn) (string, error) {
	if len(in.Texts) == 0 {
		return "", methods.Errorf(methods.KindInvalidParams, "the array is empty")
	}
	return in.Texts[0] + in.Texts[len(in.Texts)-1], nil
}

type nestedStructIn struct {
	Years map[string]map[string]map[string]stooges `rpc:"years" help:"year, month of two digits, day of two digits, then the integers moe, larry and curly"`
}

func nestedStruct(in nestedStructIn) (int, error) {
	day, ok := in.Years["2000"]["04"]["01"]
	if !ok {
		return 0, methods.Errorf(methods.KindInvalidParams, "the struct has no 1 April 2000")
	}
	return day.Moe + day.Larry + day.Curly, nil
}

type numberIn struct {
	Number int32 `rpc:"number" help:"any integer whose thousandfold fits 32 bits"`
}

type multiples struct {
	Times10   int `rpc:"times10"`
	Times100  int `rpc:"times100"`
	Times1000 int `rpc:"times1000"`
}

func simpleStructReturn(in numberIn) (multiples, error) {
	n := int(in.Number)
	return multiples{Times10: 10 * n, Times100: 100 * n, Times1000: 1000 * n}, nil
}
