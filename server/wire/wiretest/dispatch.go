package wiretest

import (
	"context"

	"countersign/methods"
	"countersign/server/wire"
)

// Dispatch is a Core that runs methods, as the server without a service around it: look
// up, bind, run. Everybody may call everything. It may be used by several goroutines.
type Dispatch struct {
	Core
	view *methods.View
}

// NewDispatch makes the core of a view.
func NewDispatch(view *methods.View) *Dispatch { return &Dispatch{view: view} }

// Fork implements wire.Core.
func (d *Dispatch) Fork() wire.Core { return d }

// View implements wire.Core.
func (d *Dispatch) View() *methods.View { return d.view }

// Methods implements wire.Core.
func (d *Dispatch) Methods(context.Context) ([]*methods.Entry, error) {
	var listed []*methods.Entry
	for _, e := range d.view.Entries() {
		if !e.Unlisted {
			listed = append(listed, e)
		}
	}
	return listed, nil
}

// Call implements wire.Core.
func (d *Dispatch) Call(ctx context.Context, name string, args wire.Args) wire.Outcome {
	entry, ok := d.view.Lookup(name)
	if !ok {
		return d.Fail(methods.Errorf(methods.KindMethodNotFound, "no method of that name"))
	}
	call := methods.Call{Entry: entry}
	var err error
	call.Params, call.Named, err = wire.ValuesFor(args, entry)
	if err != nil {
		return d.Fail(err)
	}
	v, err := entry.Run(ctx, &call)
	if err != nil {
		return d.Fail(err)
	}
	out := wire.Outcome{Value: v}
	if len(entry.Signatures) > 0 {
		out.Result = entry.Signatures[0].Result
	}
	return out
}

// Fail implements wire.Core.
func (d *Dispatch) Fail(err error) wire.Outcome {
	return wire.Outcome{Fault: &wire.Fault{Code: 1, Text: err.Error(), Kind: methods.AsError(err).Kind}}
}
