package interop

import (
	"runtime"

	"countersign/methods"
)

func echo(version string) methods.Module {
	self := toolkit{
		DocsURL: "http://www.xmlrpc.com/spec",
		Name:    "Countersign",
		Version: version,
		System:  runtime.GOOS,
	}
	return methods.Module{
		Name: "interopEchoTests",
		Help: "The interopEchoTests family: every method gives its argument back.",
		Run:  methods.Public(),
		Methods: []methods.Method{
			echoes("echoString", "a text", schema(methods.TypeString)),
			echoes("echoStringArray", "an array of texts", arrayOf(methods.TypeString)),
			echoes("echoInteger", "an integer", schema(methods.TypeInt)),
			echoes("echoIntegerArray", "an array of integers", arrayOf(methods.TypeInt)),
			echoes("echoFloat", "a number", schema(methods.TypeDouble)),
			echoes("echoFloatArray", "an array of numbers", arrayOf(methods.TypeDouble)),
			echoes("echoStruct", "a struct", schema(methods.TypeStruct)),
			echoes("echoStructArray", "an array of structs", arrayOf(methods.TypeStruct)),
			echoes("echoValue", "a value of any type", schema(methods.TypeAny)),
			echoes("echoBase64", "a base64 value", schema(methods.TypeBase64)),
			echoes("echoDate", "a date", schema(methods.TypeDateTime)),
			declare("whichToolkit", "Names the software of this server.",
				func(struct{}) (toolkit, error) { return self, nil }),
			declare("noInParams", "Takes nothing and gives an empty text.",
				func(struct{}) (string, error) { return "", nil }),
		},
	}
}

// echoes declares a method that gives back its one argument.
func echoes(name, what string, s *methods.Schema) methods.Method {
	params := []methods.Param{{Name: "value", Help: what, Schema: s}}
	return typed(name, "Gives back "+what+" as it came.", s, params,
		func(args []methods.Value) methods.Value { return conform(s, args[0]) })
}

// conform makes integers doubles where the schema says so, so that the answer has the
// published type.
func conform(s *methods.Schema, v methods.Value) methods.Value {
	switch {
	case s.Type == methods.TypeDouble && v.Type() == methods.TypeInt:
		return methods.Double(float64(v.Int()))
	case s.Elem == nil:
		return v
	}
	items := make([]methods.Value, len(v.Items()))
	for i, item := range v.Items() {
		items[i] = conform(s.Elem, item)
	}
	return methods.Array(items...)
}

// toolkit says what software this is.
type toolkit struct {
	DocsURL string `rpc:"toolkitDocsUrl"`
	Name    string `rpc:"toolkitName"`
	Version string `rpc:"toolkitVersion"`
	System  string `rpc:"toolkitOperatingSystem"`
}
