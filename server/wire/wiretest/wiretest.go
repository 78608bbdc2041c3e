// Package wiretest is what the tests of transports have in common: cores to answer
// them, methods to measure them with, values to send through them. Only tests import it.
package wiretest

import (
	"context"

	"countersign/methods"
	"countersign/server/wire"
)

// Core has the parts of a wire.Core that say nothing back; embed it and add the rest.
type Core struct{}

// Speak implements wire.Core.
func (Core) Speak(wire.Version) {}

// Identify implements wire.Core.
func (Core) Identify(context.Context, wire.Credential) {}

// Unanswered implements wire.Core.
func (Core) Unanswered() {}

// Anonymous implements wire.Core.
func (Core) Anonymous() {}

// Fork implements wire.Core; a transport with batches needs a test Core with its own.
func (Core) Fork() wire.Core { panic("wiretest: this Core has no batches") }

// View implements wire.Core: there are no methods.
func (Core) View() *methods.View { return &noMethods }

var noMethods methods.View

// Methods implements wire.Core.
func (Core) Methods(context.Context) ([]*methods.Entry, error) { return nil, nil }

// Keeper is a Core that hands the values of each call to Keep.
type Keeper struct {
	Core
	Keep func(positional []methods.Value)
}

// Call implements wire.Core.
func (k Keeper) Call(_ context.Context, _ string, args wire.Args) wire.Outcome {
	if v, _, err := args.Values(); err == nil {
		k.Keep(v)
	}
	return wire.Outcome{}
}

// Fail implements wire.Core.
func (Keeper) Fail(error) wire.Outcome { return wire.Outcome{} }
