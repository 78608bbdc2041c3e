package bugzilla

import (
	"slices"
	"strings"

	"countersign/methods"
	"countersign/session/account"
)

// userOut is a user as far as the caller may know it.
type userOut struct {
	ID            *int64      `rpc:"id,omitempty" help:"account number"`
	RealName      *string     `rpc:"real_name,omitempty"`
	Name          *string     `rpc:"name,omitempty" help:"login name"`
	Email         *string     `rpc:"email,omitempty" help:"for users"`
	CanLogin      *bool       `rpc:"can_login,omitempty" help:"for users"`
	Groups        *[]groupOut `rpc:"groups,omitempty" help:"for users; of others those that the caller may give"`
	EmailEnabled  *bool       `rpc:"email_enabled,omitempty" help:"for who may change users"`
	DeniedText    *string     `rpc:"login_denied_text,omitempty" help:"for who may change users; why the user is disabled"`
	SavedSearches *[]savedOut `rpc:"saved_searches,omitempty" help:"the caller's own"`
	SavedReports  *[]savedOut `rpc:"saved_reports,omitempty" help:"the caller's own"`
}

type groupOut struct {
	ID          int64  `rpc:"id"`
	Name        string `rpc:"name"`
	Description string `rpc:"description"`
}

// savedOut is a search that a user keeps. There are none: searches are the tracker's.
type savedOut struct {
	ID    int64  `rpc:"id"`
	Name  string `rpc:"name"`
	Query string `rpc:"query"`
}

// view is how one caller sees users.
type view struct {
	module    *module
	caller    *methods.Caller
	groups    groups
	selection *Selection
}

func (v *view) user(a *account.Account) userOut {
	s := v.selection
	out := userOut{
		ID: chosen(s, "id", a.Number), RealName: chosen(s, "real_name", a.Display), Name: chosen(s, "name", v.address(a.Name)),
	}
	if v.caller == nil {
		return out
	}
	out.Email = chosen(s, "email", address(a))
	out.CanLogin = chosen(s, "can_login", !a.Disabled)
	self, editor := v.caller.ID == a.ID, v.caller.Allows(EditUsers)
	out.Groups = chosen(s, "groups", v.groupsOf(a, self || editor))
	if editor {
		// These pass the selection by (bugzilla contract §8).
		enabled, text := !a.NoMail, deniedText(a)
		out.EmailEnabled, out.DeniedText = &enabled, &text
	}
	if self {
		out.SavedSearches = chosen(s, "saved_searches", []savedOut{})
		out.SavedReports = chosen(s, "saved_reports", []savedOut{})
	}
	return out
}

// address is a text that may be an address, as the caller may see it.
func (v *view) address(s string) string {
	if v.caller == nil && v.module.cfg.EmailFilter {
		s, _, _ = strings.Cut(s, "@")
	}
	return s
}

// groupsOf are the groups that a user is in, all or those that the caller may give.
func (v *view) groupsOf(a *account.Account, all bool) []groupOut {
	out := []groupOut{}
	for i := range v.groups {
		r := &v.groups[i]
		if slices.Contains(a.Roles, r.Name) && (all || mayGive(v.caller, r)) {
			out = append(out, groupOut{ID: r.Number, Name: r.Name, Description: r.Description})
		}
	}
	return out
}

// address is where mail to the user goes; the login name where nothing else is known.
func address(a *account.Account) string {
	if a.Email != "" {
		return a.Email
	}
	return a.Name
}

// withoutReason is told of accounts that were disabled without saying why: to Bugzilla's
// clients an empty text means that the user may log in.
const withoutReason = "This account is disabled."

func deniedText(a *account.Account) string {
	if a.Disabled && a.DisabledText == "" {
		return withoutReason
	}
	return a.DisabledText
}
