package methodstest

import (
	"context"
	"fmt"
	"strings"
	"testing"

	"countersign/methods"
)

type textIn struct {
	Text string `rpc:"text" help:"any text"`
}

func good() methods.Module {
	return methods.Module{Name: "sample", Help: "A sample.", Run: methods.AnySession(), Methods: []methods.Method{
		methods.New("length", "Counts bytes.", methods.Permission("sample.length"),
			func(_ context.Context, _ *methods.Call, in textIn) (int, error) { return len(in.Text), nil },
			methods.ReadOnly()),
	}}
}

func TestGoodModulePasses(t *testing.T) {
	Module(t, good(), Args("length", methods.String("abc")), Fingerprint(func() string { return "" }))
}

// TestFaultsAreFound: each row is a module, or what is said about it, with one fault.
func TestFaultsAreFound(t *testing.T) {
	raw := func(access methods.Access, fn func(*methods.Call) (methods.Value, error), opts ...methods.Option) methods.Module {
		m := good()
		m.Methods[0] = methods.Raw("length", "Counts.", access, []methods.Signature{{
			Result: &methods.Schema{Type: methods.TypeInt},
			Params: []methods.Param{{Name: "text", Schema: &methods.Schema{Type: methods.TypeString}}},
		}}, func(_ context.Context, c *methods.Call) (methods.Value, error) { return fn(c) }, opts...)
		return m
	}
	strict := func(c *methods.Call) (methods.Value, error) {
		if len(c.Params) != 1 || c.Params[0].Type() != methods.TypeString {
			return methods.Value{}, &methods.ArgumentError{Reason: "one text is wanted"}
		}
		return methods.Int(1), nil
	}
	state := 0
	changing := func(c *methods.Call) (methods.Value, error) { state++; return strict(c) }
	fingerprint := Fingerprint(func() string { return fmt.Sprint(state) })
	text := Args("length", methods.String("abc"))
	unnamed := raw(methods.AnySession(), strict)
	unnamed.Methods[0].Signatures[0].Params[0].Name = ""
	noHelp := good()
	noHelp.Help = ""

	for _, row := range []struct {
		name   string
		module methods.Module
		opts   []Option
		want   string
	}{
		{"not registered", noHelp, nil, "the registry refuses"},
		{"unknown method in an option", good(), []Option{Args("lenght")}, "which the module does not have"},
		{"parameter without a name", unnamed, nil, "has no name"},
		{"caller without rights", good(), []Option{Caller(&methods.Caller{})}, "the suite's caller gets"},
		{"takes anything", raw(methods.AnySession(), func(*methods.Call) (methods.Value, error) {
			return methods.Int(1), nil
		}), nil, "takes 2 arguments"},
		{"panics", raw(methods.AnySession(), func(c *methods.Call) (methods.Value, error) {
			return methods.Int(c.Params[1].Int()), nil
		}), nil, "panic"},
		{"internal fault", raw(methods.AnySession(), func(*methods.Call) (methods.Value, error) {
			return methods.Value{}, fmt.Errorf("disk")
		}), nil, "wanted invalid_params"},
		{"result of another type", raw(methods.AnySession(), func(c *methods.Call) (methods.Value, error) {
			_, err := strict(c)
			return methods.String("1"), err
		}), []Option{text}, "the result is string"},
		{"right arguments refused", raw(methods.AnySession(), func(*methods.Call) (methods.Value, error) {
			return methods.Value{}, &methods.ArgumentError{Reason: "never"}
		}), []Option{text}, "said to be right"},
		{"read-only mark is a lie", raw(methods.AnySession(), changing, methods.ReadOnly()),
			[]Option{text, fingerprint}, "changes the store"},
	} {
		t.Run(row.name, func(t *testing.T) {
			faults := check(row.module, row.opts...)
			if !strings.Contains(strings.Join(faults, "\n"), row.want) {
				t.Errorf("faults %q, wanted one with %q", faults, row.want)
			}
		})
	}
}

func TestTolerance(t *testing.T) {
	m := good()
	m.Methods[0] = methods.New("length", "Counts.", methods.Public(),
		func(_ context.Context, _ *methods.Call, in struct {
			Text string `rpc:"text,loose"`
		}) (int, error) {
			return len(in.Text), nil
		}, methods.ReadOnly())
	if faults := check(m); len(faults) == 0 {
		t.Error("a number where text is published went unnoticed")
	}
	Module(t, m, Tolerates("length", methods.TypeInt, methods.TypeDouble, methods.TypeBoolean))
}
