package soap

import (
	"sync"

	"countersign/methods"
	"countersign/server/wire"
)

// catalog is what there is to tell of a view: the operations of its methods, and the
// types that these need. Names are given here, so that they are the same for all callers
// and in answers, whatever a caller may call.
type catalog struct {
	operations map[*methods.Entry]*operation
	naming
}

// catalogs are made once per view. Views are as few as endpoints and live as long as
// the service, and anybody may ask for the description.
var catalogs sync.Map // *methods.View → *catalog

func catalogOf(core wire.Core) *catalog {
	view := core.View()
	cat, ok := catalogs.Load(view)
	if !ok {
		cat, _ = catalogs.LoadOrStore(view, newCatalog(view, core))
	}
	return cat.(*catalog)
}

// newCatalog describes the methods of the view that are in listings.
func newCatalog(view *methods.View, core wire.Core) *catalog {
	cat := &catalog{operations: map[*methods.Entry]*operation{}, naming: newNaming()}
	for _, e := range view.Entries() {
		if e.Unlisted {
			continue
		}
		op := newOperation(e, operationName(core, e.FullName))
		cat.add(op)
		cat.operations[e] = op
	}
	return cat
}
