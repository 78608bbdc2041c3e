package soap

import (
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

func (t *Transport) catalog(core wire.Core) *catalog {
	view := core.View()
	cat, ok := t.catalogs.Load(view)
	if !ok {
		cat, _ = t.catalogs.LoadOrStore(view, newCatalog(view))
	}
	return cat.(*catalog)
}

// newCatalog describes the methods of the view that are in listings.
func newCatalog(view *methods.View) *catalog {
	cat := &catalog{operations: map[*methods.Entry]*operation{}, naming: newNaming()}
	for _, e := range view.Entries() {
		if e.Unlisted {
			continue
		}
		op := newOperation(e, operationName(view, e.FullName))
		cat.add(op)
		cat.operations[e] = op
	}
	return cat
}
