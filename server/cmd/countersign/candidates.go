package main

import (
	"fmt"
	"slices"
	"strings"

	"countersign/methods"
	"countersign/methods/bugzilla"
	"countersign/session"
	"countersign/session/account"
	"countersign/session/apikey"
	"countersign/session/throttle"
	"countersign/session/verify"
	"countersign/sql"
)

// need is a permission and a method that asks for it: to be called at all, or only for
// what is others'.
type need struct {
	permission, method string
	others             bool
}

// needsForOthers are rights that methods ask for themselves: everybody may call them
// about what is his own.
var needsForOthers = []need{
	{"keys.manage", "system.createKey", true},
	{"keys.manage", "system.listKeys", true},
	{"keys.manage", "system.revokeKey", true},
	{"keys.manage", "system.rotateKey", true},
	{bugzilla.EditUsers, "User.create", true},
	{bugzilla.TweakParams, "Bugzilla.parameters", true},
	{"sessions.manage", "system.endSession", true},
	{"sessions.manage", "system.listSessions", true},
}

// needsOf gives every permission that a method of the service needs, sorted, with the
// further modules that are named switched on. Nothing is called, so the service behind
// the methods need not run.
func needsOf(further []string) ([]need, error) {
	registry, err := methods.NewRegistry(modules(&settings{Modules: further}, idleService())...)
	if err != nil {
		return nil, err
	}
	all := slices.Clone(needsForOthers)
	for _, e := range registry.Entries() {
		if p := e.Access.Permission(); p != "" {
			all = append(all, need{p, e.FullName, false})
		}
	}
	slices.SortFunc(all, func(a, b need) int {
		return strings.Compare(a.permission+"\x00"+a.method, b.permission+"\x00"+b.method)
	})
	return slices.Compact(all), nil
}

// idleService is made of parts that do nothing: enough to ask the modules for their
// methods.
func idleService() *service {
	return &service{
		db: new(sql.DB), pool: new(verify.Pool), throttle: new(throttle.Throttle),
		keys: new(apikey.Manager), sessions: new(session.Manager),
	}
}

// needs is for commands that deal in permissions.
type needs struct {
	Modules []string `help:"Further modules that are switched on." placeholder:"NAME" group:"settings"`
}

// candidates are the permissions that methods need, sorted.
func (n needs) candidates() ([]string, error) {
	all, err := needsOf(n.Modules)
	var names []string
	for _, need := range all {
		names = append(names, need.permission)
	}
	return slices.Compact(names), err
}

// doubt tells of names that allow nothing: they may be meant for later, but may be
// mistyped too.
func doubt(io stdio, permissions []string) error {
	known, err := needs{optionalModules()}.candidates()
	if err != nil {
		return err
	}
	for _, p := range permissions {
		allowed := account.NewGrants([]string{p})
		if slices.ContainsFunc(known, allowed.Allows) {
			continue
		}
		hint := ""
		if near, ok := nearest(p, slices.Clone(known)); ok {
			hint = "; did you mean " + near + "?"
		}
		if _, err := fmt.Fprintf(io.err, "countersign: no method needs %s%s\n", p, hint); err != nil {
			return err
		}
	}
	return nil
}
