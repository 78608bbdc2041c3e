// Package methods is the vocabulary of Countersign: the values that travel, the
// methods that can be called, the modules that group them, the registry that is
// frozen at start, and the one error type that every wire knows how to show.
//
// A module author writes plain Go functions over plain Go structs:
//
//	type addIn struct {
//		A int `rpc:"a" help:"first summand"`
//		B int `rpc:"b" help:"second summand"`
//	}
//
//	methods.Module{
//		Name: "sample",
//		Help: "Arithmetic for everybody.",
//		Run:  methods.Public(),
//		Methods: []methods.Method{
//			methods.New("add", "Adds two integers.", methods.Public(), add, methods.ReadOnly()),
//		},
//	}
//
//	func add(_ context.Context, _ *methods.Call, in addIn) (int, error) { return in.A + in.B, nil }
//
// From that one declaration come the dispatch entry, list_methods,
// system.methodSignature, system.methodHelp and every interface description.
// The fields of the argument struct are the positional parameters, in order; a
// wire with named parameters uses the same names.
//
// The package imports the standard library only, does no I/O, and must never
// learn about a transport, a dialect or a store: those depend on it.
package methods
