package system

import (
	"context"
	"slices"
	"time"

	"countersign/methods"
	"countersign/session"
	"countersign/session/account"
	"countersign/session/apikey"
	"countersign/session/audit"
	"countersign/session/password"
	"countersign/session/throttle"
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
	// Accounts are where passwords are changed.
	Accounts account.Store
	// Hash makes the hash of a new password, outside this process; Policy says which may
	// be chosen.
	Hash   func(ctx context.Context, password string) (string, error)
	Policy password.Policy
	// Keys makes and ends API keys.
	Keys *apikey.Manager
	// Throttle is whose locks are shown and released.
	Throttle *throttle.Throttle
	// Audit keeps a record of what is changed here.
	Audit audit.Log
	// Terms are the limits of new sessions by dialect name.
	Terms map[string]session.Terms
	// Now is the clock.
	Now func() time.Time
}

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
		m.family("plain", slices.Concat(m.plain(), m.ownSessions(), m.ownKeys(), m.locks(), m.rights())),
		m.family("phpgroupware", m.phpgw(phpgwProfile{legacy: true})),
		m.family("egroupware", m.phpgw(phpgwProfile{})),
	}
}

// The permissions over what belongs to others.
const (
	manageSessions = "sessions.manage"
	manageKeys     = "keys.manage"
	manageLocks    = "locks.manage"
)

type module struct{ cfg Config }

func (m *module) family(name string, list []methods.Method) methods.Module {
	return methods.Module{
		Name: "system", Help: "Logging in and out.", Run: methods.Public(), System: true,
		Families: []string{name}, Methods: list,
	}
}
