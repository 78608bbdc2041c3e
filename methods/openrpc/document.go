package openrpc

import (
	"maps"
	"slices"

	"countersign/methods"
)

// specification is the version of OpenRPC that the document follows.
const specification = "1.3.2"

const about = "Log in with `system.login`: a user name and a password give `sessionid` and `kp3`. " +
	"Every later call carries them as HTTP Basic authentication, in the header `Authorization: Basic ` " +
	"and the base64 form of `sessionid:kp3`. `system.logout` ends the session.\n\n" +
	"Listed are the methods that the caller who asked for this document may call; ask again after logging in. " +
	"Calls are JSON-RPC 2.0 requests by POST, with arguments by position or by name.\n\n" +
	"The errors that a method may give are listed with it. Those of `components.errors` that no method lists " +
	"are answers to requests that are no call of a method."

const aboutPlace = " They go to where this document came from."

// catalog is what there is to tell about a view, for the most privileged of callers.
type catalog struct {
	methods []described
	schemas map[string]methods.Value
	errors  methods.Value // components.errors
}

// described is one method with its part of the document.
type described struct {
	entry *methods.Entry
	// object is the Method Object, uses the names of the schemas that it leads to.
	object methods.Value
	uses   []string
}

// newCatalog describes every method of the view that is in listings. Names of schemas
// are given here, so that they are the same for all callers.
func newCatalog(view *methods.View, cfg *Config) *catalog {
	cat := &catalog{schemas: map[string]methods.Value{}, errors: errorTable(&cfg.Codes)}
	for _, e := range view.Entries() {
		if e.Unlisted {
			continue
		}
		d := &describer{schemas: cat.schemas, codes: &cfg.Codes, uses: map[string]bool{}}
		object := d.method(e)
		cat.methods = append(cat.methods, described{entry: e, object: object, uses: slices.Sorted(maps.Keys(d.uses))})
	}
	return cat
}

// document is the OpenRPC Object for one caller.
func (m *module) document(cat *catalog, caller *methods.Caller) methods.Value {
	var list []methods.Value
	used := map[string]bool{}
	for i := range cat.methods {
		d := &cat.methods[i]
		if d.entry.Permit(caller) != nil {
			continue
		}
		list = append(list, d.object)
		for _, name := range d.uses {
			used[name] = true
		}
	}
	var schemas []methods.Member
	for _, name := range slices.Sorted(maps.Keys(used)) {
		schemas = append(schemas, methods.M(name, cat.schemas[name]))
	}
	members := []methods.Member{
		text("openrpc", specification),
		methods.M("info", m.info()),
	}
	if servers := m.servers(); len(servers) > 0 {
		members = append(members, methods.M("servers", methods.Array(servers...)))
	}
	return methods.Struct(append(members,
		methods.M("methods", methods.Array(list...)),
		methods.M("components", methods.Struct(
			methods.M("schemas", methods.Struct(schemas...)),
			methods.M("errors", cat.errors),
		)),
	)...)
}

func (m *module) info() methods.Value {
	description := about
	if len(m.cfg.Servers) == 0 {
		description += aboutPlace
	}
	return methods.Struct(
		text("title", m.cfg.Title), text("description", description), text("version", m.cfg.Version),
	)
}

func (m *module) servers() []methods.Value {
	var list []methods.Value
	for _, s := range m.cfg.Servers {
		list = append(list, methods.Struct(text("name", s.Name), text("url", s.URL)))
	}
	return list
}

func text(name, content string) methods.Member { return methods.M(name, methods.String(content)) }

func ref(kind, name string) methods.Value {
	return methods.Struct(text("$ref", "#/components/"+kind+"/"+name))
}
