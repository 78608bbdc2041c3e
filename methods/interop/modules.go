package interop

import (
	"context"

	"countersign/methods"
)

// Modules gives the three modules. version is the version of the service, for
// interopEchoTests.whichToolkit.
func Modules(version string) []methods.Module {
	return []methods.Module{validator(), echo(version), examples()}
}

// declare is short for a public method that changes nothing and needs only its
// arguments.
func declare[In, Out any](name, help string, fn func(In) (Out, error)) methods.Method {
	return methods.New(name, help, methods.Public(),
		func(_ context.Context, _ *methods.Call, in In) (Out, error) { return fn(in) },
		methods.ReadOnly())
}
