package methods_test

import (
	"context"
	"fmt"
	"testing"

	"countersign/methods"
)

// registryOf gives a view of n methods that add.
func registryOf(b *testing.B, n int) (view *methods.View, names []string) {
	b.Helper()
	type in struct {
		A int `rpc:"a"`
		B int `rpc:"b"`
	}
	var modules []methods.Module
	for m := 0; len(names) < n; m++ {
		module := methods.Module{Name: fmt.Sprintf("bench.module%d", m), Help: "Methods to measure with.", Run: methods.Public()}
		for range min(10, n-len(names)) {
			name := fmt.Sprintf("add%d", len(module.Methods))
			module.Methods = append(module.Methods, methods.New(name, "Adds.", methods.AnySession(),
				func(_ context.Context, _ *methods.Call, in in) (int, error) { return in.A + in.B, nil }))
			names = append(names, module.Name+"."+name)
		}
		modules = append(modules, module)
	}
	registry, err := methods.NewRegistry(modules...)
	if err != nil {
		b.Fatal(err)
	}
	return registry.View(), names
}

// BenchmarkDispatch looks a method up, asks for the right, binds two integers and runs
// it. Its cost must not depend on how many methods there are.
func BenchmarkDispatch(b *testing.B) {
	for _, n := range []int{10, 10_000} {
		for _, used := range []int{1, 10} {
			b.Run(fmt.Sprintf("methods=%d/used=%d", n, used), func(b *testing.B) {
				view, names := registryOf(b, n)
				names = names[len(names)/2-used/2:][:used]
				caller := &methods.Caller{Name: "bubba"}
				params := []methods.Value{methods.Int(5), methods.Int(37)}
				b.ReportAllocs()
				i := 0
				for b.Loop() {
					if i++; i == len(names) {
						i = 0
					}
					entry, ok := view.Lookup(names[i])
					if !ok || entry.Permit(caller) != nil {
						b.Fatal("no such method")
					}
					v, err := entry.Run(b.Context(), &methods.Call{Entry: entry, Caller: caller, Params: params})
					if err != nil || v.Int() != 42 {
						b.Fatal(v, err)
					}
				}
			})
		}
	}
}
