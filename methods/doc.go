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
// Comments in all packages give the source of a rule. "Requirements INP-13" is a line of
// the project's list of what has to be secure and reliable: AUT is about proving who
// calls, INP about what comes in and goes out, REL about reliability, SES about sessions.
// "Bugzilla contract §9" is a section of the description of what that older system does
// on the wire; the phpgroupware and webyast contracts are the same for theirs. The
// project keeps these texts outside this tree. Their executable form are the transcripts
// under server/testdata/wire, which the tests play.
//
// The package imports the standard library only, does no I/O, and must never
// learn about a transport, a dialect or a store: those depend on it.
package methods
