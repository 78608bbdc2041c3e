package system

import (
	"time"

	"countersign/methods"
	"countersign/session"
)

// Config is what the module needs.
type Config struct {
	// Sessions makes and ends sessions.
	Sessions *session.Manager
	// Version is what system.phpgw_api_version tells.
	Version string
	// Batch is how many calls a multicall may hold, Answer how many bytes their results
	// may have together.
	Batch, Answer int
	// Terms are the limits of new sessions by dialect name.
	Terms map[string]session.Terms
	// Now is the clock.
	Now func() time.Time
}

// smallBody bounds requests that log in or out (requirements, table of numbers).
const smallBody = 16 << 10

// Modules are the system module in its parts: the common one and one per family.
func Modules(cfg Config) []methods.Module {
	m := &module{cfg}
	public := methods.Public()
	common := methods.Module{
		Name: "system", Help: "What the service is and can do.", Run: public, System: true,
		Methods: append(append(m.introspection(), m.batches()...), m.facts()...),
	}
	return []methods.Module{
		common,
		m.family("plain", m.plain()),
		m.family("phpgroupware", m.phpgw(phpgwProfile{legacy: true})),
		m.family("egroupware", m.phpgw(phpgwProfile{})),
	}
}

type module struct{ cfg Config }

func (m *module) family(name string, list []methods.Method) methods.Module {
	return methods.Module{
		Name: "system", Help: "Logging in and out.", Run: methods.Public(), System: true,
		Families: []string{name}, Methods: list,
	}
}
