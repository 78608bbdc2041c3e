package bugzilla

import (
	"context"
	"slices"
	"strings"

	"countersign/methods"
	"countersign/methods/signin"
	"countersign/session/account"
	"countersign/session/audit"
)

type updateIn struct {
	IDs          []methods.Value `rpc:"ids,optional" help:"users by number"`
	Names        []string        `rpc:"names,optional,loose" help:"users by login name"`
	FullName     *string         `rpc:"full_name,optional"`
	Email        *string         `rpc:"email,optional" help:"new address, for one user; the new login name too if that was the address"`
	Password     *string         `rpc:"password,optional,loose" help:"new password; ends the user's sessions"`
	EmailEnabled *bool           `rpc:"email_enabled,optional,loose" help:"whether the user gets mail"`
	DeniedText   *string         `rpc:"login_denied_text,optional" help:"disables with this reason, or enables if empty"`
	Groups       *groupsIn       `rpc:"groups,optional" help:"groups to be in"`
	Bless        *groupsIn       `rpc:"bless_groups,optional" help:"groups to put users into"`
}

type updateOut struct {
	Users []updatedOut `rpc:"users"`
}

type updatedOut struct {
	ID      int64                `rpc:"id"`
	Changes map[string]changeOut `rpc:"changes" help:"by argument; a new password is not told"`
}

type changeOut struct {
	Removed string `rpc:"removed"`
	Added   string `rpc:"added"`
}

// update changes all users or none.
func (m *module) update(ctx context.Context, c *methods.Call, in updateIn) (updateOut, error) {
	if in.IDs == nil && in.Names == nil {
		return updateOut{}, oneOf(c, "ids", "names")
	}
	all, err := m.groups(ctx)
	if err != nil {
		return updateOut{}, err
	}
	found, err := m.subjects(ctx, c, &in, all)
	if err != nil {
		return updateOut{}, err
	}
	if err := m.maySecure(ctx, c, &in, found); err != nil {
		return updateOut{}, err
	}
	if in.Email != nil && len(found) > 1 {
		return updateOut{}, exists(*in.Email) // of one of them, as soon as the other has it
	}
	edits := make([]account.Edit, len(found))
	var events []audit.Event
	for i := range found {
		if edits[i], err = m.edit(ctx, c, &in, all, &found[i]); err != nil {
			return updateOut{}, err
		}
		events = append(events, eventsOf(c, &edits[i], &found[i])...)
	}
	if len(events) == 0 {
		return outOf(found, nil), nil
	}
	var changed []account.Changed
	err = signin.Change(m.cfg.Audit, events, func() (err error) {
		changed, err = m.cfg.Accounts.Change(ctx, edits, m.cfg.Now())
		return err
	})
	if err != nil {
		return updateOut{}, notMade(err, value(in.Email))
	}
	return outOf(found, changed), m.catchUp(ctx)
}

// subjects are the users to change. None may do more than the caller: who changes a
// password or an address can become that user.
func (m *module) subjects(ctx context.Context, c *methods.Call, in *updateIn, all groups) ([]account.Account, error) {
	var found users
	named, err := m.byName(ctx, c, in.Names)
	if err != nil {
		return nil, err
	}
	found.add(named...)
	numbered, unknown, err := m.byID(ctx, c, in.IDs)
	switch {
	case err != nil:
		return nil, err
	case len(unknown) > 0:
		return nil, fault(methods.KindNotFound, codeNoObject, "There is no user with the id %d.", unknown[0])
	}
	found.add(numbered...)
	for i := range found.list {
		if a := &found.list[i]; !all.mayEdit(c.Caller, a) {
			return nil, refused(c, EditUsers, denied("edit %s, who may do more than you.", quoted(a.Name)))
		}
	}
	return found.list, nil
}

// maySecure refuses what makes more of a credential than it is. Who comes with a child
// session or an API key sets nobody's password, as create gives nobody one, and changes
// neither his own login name nor his address. And who has no password here gives himself
// none: it would go past what proves him. An editor may give him one.
func (m *module) maySecure(ctx context.Context, c *methods.Call, in *updateIn, found []account.Account) error {
	self := slices.ContainsFunc(found, func(a account.Account) bool { return a.ID == c.Caller.ID })
	if !c.Caller.Whole && len(found) > 0 && (in.Password != nil || in.Email != nil && self) {
		return refused(c, EditUsers, denied("change a password, or your own address, with an API key or a session made from another: log in with your password."))
	}
	if in.Password == nil || !self {
		return nil
	}
	a, err := m.cfg.Accounts.Get(ctx, c.Caller.ID)
	if err != nil {
		return unreachable(err)
	}
	if a.PasswordHash == "" {
		return denied("give yourself a password here: yours is kept elsewhere.")
	}
	return nil
}

// edit is what is to be done to one user.
func (m *module) edit(ctx context.Context, c *methods.Call, in *updateIn, all groups, a *account.Account) (account.Edit, error) {
	e := account.Edit{ID: a.ID}
	if in.FullName != nil {
		name, err := line(c, "full_name", *in.FullName)
		if err != nil {
			return e, err
		}
		e.Display = &name
	}
	if in.Email != nil {
		if err := m.editAddress(ctx, c, &e, *in.Email, a); err != nil {
			return e, err
		}
	}
	if in.Password != nil {
		names := []string{a.Name}
		if e.Name != nil {
			names = append(names, *e.Name)
		}
		hash, err := m.newPassword(ctx, *in.Password, names...)
		if err != nil {
			return e, err
		}
		e.PasswordHash = &hash
	}
	if in.EmailEnabled != nil {
		noMail := !*in.EmailEnabled
		e.NoMail = &noMail
	}
	if in.DeniedText != nil {
		text, err := line(c, "login_denied_text", *in.DeniedText)
		if err != nil {
			return e, err
		}
		e.Disabled = &account.Disabling{Disabled: text != "", Text: text}
	}
	return e, m.editGroups(c, &e, in, all, a)
}

// editAddress gives a user a new address. A login name that is the address follows it;
// another stays.
func (m *module) editAddress(ctx context.Context, c *methods.Call, e *account.Edit, email string, a *account.Account) error {
	email = strings.TrimSpace(email)
	if email == "" {
		return missing(c, "email")
	}
	if err := m.checkAddress(email); err != nil {
		return err
	}
	if err := m.checkFree(ctx, email, a.ID); err != nil {
		return err
	}
	named := account.Fold(a.Name) == account.Fold(a.Email) || a.Email == "" && strings.Contains(a.Name, "@")
	if named {
		e.Name = &email
	}
	e.Email = &email
	return nil
}

func value(s *string) string {
	if s == nil {
		return ""
	}
	return *s
}
