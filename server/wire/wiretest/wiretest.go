// Package wiretest helps the tests of transports: parts of a Core for those who care
// about the others.
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

// Methods implements wire.Core.
func (Core) Methods(context.Context) []*methods.Entry { return nil }
