package openrpc

import (
	"context"
	"sync"

	"countersign/methods"
)

// Name is the module's name: JSON-RPC 2.0 §8 keeps names that begin with "rpc." for
// methods about the service, and OpenRPC's is rpc.discover.
const Name = "rpc"

// Config is what the document says beside the methods.
type Config struct {
	// Title and Version name the service and its release.
	Title, Version string
	// Servers are where the methods are called. Without any the document says that it
	// holds for the endpoint that gave it.
	Servers []Server
	// Codes are the published numbers of errors by kind. A kind whose number is 0 is left
	// out.
	Codes [methods.KindCount]int
}

// Server is one place where the methods are called.
type Server struct {
	Name string
	// URL is absolute: the specification has relative ones too, but the meta-schema
	// refuses them.
	URL string
}

// New makes the module. It is seen on the endpoints of the plain family.
func New(cfg Config) methods.Module {
	m := &module{cfg: cfg}
	return methods.Module{
		Name: Name, Help: "Describes the service.", Run: methods.Public(), System: true, Families: []string{"plain"},
		Methods: []methods.Method{
			methods.New("discover", "Describes the service: an OpenRPC document of the methods that this caller may call.",
				methods.Public(), m.discover, methods.ReadOnly()).As(methods.TypeStruct),
		},
	}
}

type module struct {
	cfg Config
	// catalogs are made once per view. Views are as few as endpoints and live as long as
	// the service, and anybody may ask for the document.
	catalogs sync.Map // *methods.View → *catalog
}

func (m *module) discover(_ context.Context, c *methods.Call, _ struct{}) (methods.Value, error) {
	view := c.Env.View()
	cat, ok := m.catalogs.Load(view)
	if !ok {
		cat, _ = m.catalogs.LoadOrStore(view, newCatalog(view, &m.cfg))
	}
	return m.document(cat.(*catalog), c.Caller), nil
}
