package bugzilla

import (
	"slices"
	"strings"

	"countersign/methods"
	"countersign/methods/signin"
	"countersign/session/account"
	"countersign/session/audit"
)

// eventsOf are the lines for the audit about what an edit changes, the same that the
// commands leave; none if it changes nothing.
func eventsOf(c *methods.Call, e *account.Edit, before *account.Account) []audit.Event {
	after := *before
	e.Apply(&after)
	var events []audit.Event
	add := func(t audit.Type, do func(*audit.Event)) {
		event := signin.About(c, t, before)
		if do != nil {
			do(&event)
		}
		events = append(events, event)
	}
	if after.Name != before.Name || after.Display != before.Display || after.Email != before.Email || after.NoMail != before.NoMail ||
		after.Disabled && before.Disabled && after.DisabledText != before.DisabledText {
		add(audit.AccountChange, nil)
	}
	if e.PasswordHash != nil {
		add(audit.AccountPassword, nil)
	}
	switch {
	case after.Disabled && !before.Disabled:
		add(audit.AccountDisable, nil)
	case before.Disabled && !after.Disabled:
		add(audit.AccountEnable, nil)
	}
	for _, role := range e.DropRoles {
		add(audit.Role, func(e *audit.Event) { e.Role, e.Reason = role, audit.RoleUnassigned })
	}
	for _, role := range e.AddRoles {
		add(audit.Role, func(e *audit.Event) { e.Role, e.Reason = role, audit.RoleAssigned })
	}
	for _, permission := range e.Revokes {
		add(audit.Revoke, func(e *audit.Event) { e.Permission = permission })
	}
	for _, permission := range e.Grants {
		add(audit.Grant, func(e *audit.Event) { e.Permission = permission })
	}
	return events
}

// outOf tells what has changed of the users; without changed nothing has.
func outOf(found []account.Account, changed []account.Changed) updateOut {
	out := updateOut{Users: make([]updatedOut, len(found))}
	for i := range found {
		out.Users[i] = updatedOut{ID: found[i].Number, Changes: map[string]changeOut{}}
		if changed != nil {
			tell(out.Users[i].Changes, &changed[i].Before, &changed[i].After)
		}
	}
	return out
}

// tell puts the differences under the names of the arguments, as texts: lists with
// commas between, yes and no as 1 and 0.
func tell(changes map[string]changeOut, before, after *account.Account) {
	put := func(name, removed, added string) {
		if removed != added {
			changes[name] = changeOut{removed, added}
		}
	}
	lists := func(name string, old, now []string) {
		put(name, strings.Join(without(old, now), ","), strings.Join(without(now, old), ","))
	}
	mail := func(a *account.Account) string {
		if a.NoMail {
			return "0"
		}
		return "1"
	}
	put("full_name", before.Display, after.Display)
	put("email", address(before), address(after))
	put("email_enabled", mail(before), mail(after))
	put("login_denied_text", deniedText(before), deniedText(after))
	lists("groups", before.Roles, after.Roles)
	lists("bless_groups", blessings(before), blessings(after))
}

// blessings are the names of the groups over which an account holds the right directly.
func blessings(a *account.Account) []string {
	var out []string
	for _, h := range a.Held {
		if group, ok := strings.CutPrefix(h.Permission, BlessPrefix); ok && h.Role == "" {
			out = append(out, group)
		}
	}
	return slices.Compact(out)
}
