package interop

import (
	"context"
	"errors"
	"fmt"
	"testing"
	"time"

	"countersign/methods"
	"countersign/methods/methodstest"
)

func TestSuite(t *testing.T) {
	for _, m := range Modules("1.0") {
		t.Run(m.Name, func(t *testing.T) {
			var opts []methodstest.Option
			for _, row := range vectors() {
				if row.module == m.Name && row.code == 0 {
					opts = append(opts, methodstest.Args(row.method, row.args...))
				}
			}
			methodstest.Module(t, m, opts...)
		})
	}
}

type vector struct {
	module, method string
	args           []methods.Value
	want           methods.Value
	code           int // of an application fault
}

func row(module, method string, want methods.Value, args ...methods.Value) vector {
	return vector{module: module, method: method, args: args, want: want}
}

func three(moe, larry, curly int64) methods.Value {
	return methods.Struct(methods.M("moe", methods.Int(moe)), methods.M("larry", methods.Int(larry)),
		methods.M("curly", methods.Int(curly)), methods.M("shemp", methods.String("ignored")))
}

// vectors are the published vectors of phpgroupware contract §8.6 and §8.7.
func vectors() []vector {
	date := methods.ZonedTime(time.Date(2001, 5, 24, 17, 31, 41, 0, time.UTC), 120)
	str, num := methods.String, methods.Int
	anyStruct := methods.Struct(methods.M("z", num(1)), methods.M("a", methods.Array(str("x"))))
	day := methods.Struct(methods.M("2000", methods.Struct(methods.M("04", methods.Struct(
		methods.M("01", three(1, 2, 3)), methods.M("02", three(9, 9, 9)))))))
	var hundred []methods.Value
	for i := range 100 {
		hundred = append(hundred, str(fmt.Sprint("text", i)))
	}
	texts := []methods.Value{str("Alabama"), str("Michigan"), str("Wyoming")}

	rows := []vector{
		row("validator1", "arrayOfStructsTest", num(33), methods.Array(three(1, 2, 30), three(5, 6, 3))),
		row("validator1", "countTheEntities", methods.Struct(
			methods.M("ctLeftAngleBrackets", num(3)), methods.M("ctRightAngleBrackets", num(7)),
			methods.M("ctAmpersands", num(2)), methods.M("ctApostrophes", num(1)), methods.M("ctQuotes", num(0))),
			str("h'fd>onc>>l>>rw&bpu>q>e<v&gxs<ytjzkami<")),
		row("validator1", "easyStructTest", num(6), three(1, 2, 3)),
		row("validator1", "echoStructTest", anyStruct, anyStruct),
		row("validator1", "manyTypesTest",
			methods.Array(num(1), methods.Bool(true), str("s"), methods.Double(2.5), date, methods.Bytes([]byte{0, 255})),
			num(1), methods.Bool(true), str("s"), methods.Double(2.5), date, methods.Bytes([]byte{0, 255})),
		row("validator1", "moderateSizeArrayCheck", str("text0text99"), methods.Array(hundred...)),
		row("validator1", "nestedStructTest", num(6), day),
		row("validator1", "simpleStructReturnTest", methods.Struct(methods.M("times10", num(70)),
			methods.M("times100", num(700)), methods.M("times1000", num(7000))), num(7)),

		row("interopEchoTests", "noInParams", str("")),
		row("interopEchoTests", "echoFloat", methods.Double(3), num(3)),
		row("interopEchoTests", "echoFloatArray", methods.Array(methods.Double(3)), methods.Array(num(3))),

		row("examples", "stringecho", str("& < > \" ' \t é €"), str("& < > \" ' \t é €")),
		row("examples", "addtwo", num(-11), num(12), num(-23)),
		row("examples", "addtwodouble", methods.Double(12.13-23.98), methods.Double(12.13), methods.Double(-23.98)),
		row("examples", "invertBooleans",
			methods.Array(methods.Bool(false), methods.Bool(true), methods.Bool(false), methods.Bool(true)),
			methods.Array(methods.Bool(true), methods.Bool(false), methods.Bool(true), methods.Bool(false))),
		row("examples", "decode64", str("Mary had a little lamb"), methods.Bytes([]byte("Mary had a little lamb"))),
		row("examples", "getStateName", texts[0], num(1)),
		row("examples", "getStateName", texts[1], num(23)),
		row("examples", "getStateName", texts[2], num(51)),
		{module: "examples", method: "getStateName", args: []methods.Value{num(0)}, code: 800, want: str("I don't have a state for the index '0'")},
		{module: "examples", method: "getStateName", args: []methods.Value{num(52)}, code: 800, want: str("I don't have a state for the index '52'")},
		row("examples", "sortByAge", methods.Array(aged("Dave", 24), aged("Edd", 45), aged("Joe", 46)),
			methods.Array(aged("Edd", 45), aged("Joe", 46), aged("Dave", 24))),
	}
	for method, v := range map[string]methods.Value{
		"echoString": str("é"), "echoStringArray": methods.Array(texts...),
		"echoInteger": num(-34), "echoIntegerArray": methods.Array(num(1), num(234324324)),
		"echoFloat": methods.Double(325.325), "echoFloatArray": methods.Array(methods.Double(1.3223)),
		"echoStruct": anyStruct, "echoStructArray": methods.Array(anyStruct, three(1, 2, 3)),
		"echoValue": methods.Array(date, anyStruct), "echoBase64": methods.Bytes([]byte("Nebraska")), "echoDate": date,
	} {
		rows = append(rows, row("interopEchoTests", method, v, v))
	}
	return rows
}

func aged(name string, age int64) methods.Value {
	return methods.Struct(methods.M("name", methods.String(name)), methods.M("age", methods.Int(age)))
}

func view(t *testing.T) *methods.View {
	t.Helper()
	r, err := methods.NewRegistry(Modules("1.0")...)
	if err != nil {
		t.Fatal(err)
	}
	return r.View()
}

func TestVectors(t *testing.T) {
	v := view(t)
	for _, row := range vectors() {
		name := row.module + "." + row.method
		e, ok := v.Lookup(name)
		if !ok {
			t.Errorf("%s is not there", name)
			continue
		}
		got, err := e.Run(context.Background(), &methods.Call{Entry: e, Params: row.args})
		if row.code != 0 {
			fault, ok := errors.AsType[*methods.Error](err)
			if !ok || fault.Kind != methods.KindApplication || fault.Code != row.code || fault.Public != row.want.Text() {
				t.Errorf("%s: %v, wanted fault %d %q", name, err, row.code, row.want.Text())
			}
			continue
		}
		if err != nil || !methods.Equal(got, row.want) {
			t.Errorf("%s: got %v, %v", name, got, err)
		}
	}
}

func TestWhichToolkit(t *testing.T) {
	e, _ := view(t).Lookup("interopEchoTests.whichToolkit")
	got, err := e.Run(context.Background(), &methods.Call{Entry: e})
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"toolkitDocsUrl", "toolkitName", "toolkitVersion", "toolkitOperatingSystem"} {
		if v, ok := got.Field(name); !ok || v.Text() == "" {
			t.Errorf("%s is missing or empty", name)
		}
	}
}

// TestRefusals: arguments of the right type that are still wrong.
func TestRefusals(t *testing.T) {
	v := view(t)
	for name, args := range map[string][]methods.Value{
		"validator1.moderateSizeArrayCheck": {methods.Array()},
		"validator1.nestedStructTest":       {methods.Struct()},
		"validator1.easyStructTest":         {methods.Struct()},
		"interopEchoTests.echoStringArray":  {methods.Array(methods.String("a"), methods.Int(1))},
		"interopEchoTests.echoStructArray":  {methods.Array(methods.Array())},
		"examples.decode64":                 {methods.Bytes([]byte{0xff})},
		"examples.addtwo":                   {methods.Int(1 << 40), methods.Int(1)},
	} {
		e, _ := v.Lookup(name)
		if _, err := e.Run(context.Background(), &methods.Call{Entry: e, Params: args}); err == nil ||
			methods.AsError(err).Kind != methods.KindInvalidParams {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestNamedArguments(t *testing.T) {
	e, _ := view(t).Lookup("interopEchoTests.echoDate")
	date := methods.Time(time.Unix(0, 0))
	for _, row := range []struct {
		name  string
		named []methods.Member
		ok    bool
	}{
		{"right", []methods.Member{methods.M("value", date)}, true},
		{"missing", []methods.Member{}, false},
		{"misspelt", []methods.Member{methods.M("valeu", date)}, false},
		{"one too many", []methods.Member{methods.M("value", date), methods.M("other", date)}, false},
	} {
		t.Run(row.name, func(t *testing.T) {
			_, err := e.Run(context.Background(), &methods.Call{Entry: e, Named: row.named})
			if row.ok != (err == nil) {
				t.Errorf("error %v", err)
			}
		})
	}
}
