package bugzilla

import (
	"context"
	"slices"
	"strconv"
	"strings"

	"countersign/methods"
	"countersign/session/account"
)

// groups are all roles there are.
type groups []account.Role

func (m *module) groups(ctx context.Context) (groups, error) {
	roles, err := m.cfg.Accounts.Roles(ctx)
	if err != nil {
		return nil, unreachable(err)
	}
	return roles, nil
}

func (g groups) named(name string) (account.Role, bool) {
	return g.pick(func(r account.Role) bool { return r.Name == name })
}

func (g groups) numbered(id int64) (account.Role, bool) {
	return g.pick(func(r account.Role) bool { return r.Number == id })
}

func (g groups) pick(fits func(account.Role) bool) (account.Role, bool) {
	if i := slices.IndexFunc(g, fits); i >= 0 {
		return g[i], true
	}
	return account.Role{}, false
}

// either finds a group by what may be its id, in digits, or its name.
func (g groups) either(text string) (account.Role, bool) {
	if id, err := strconv.ParseInt(text, 10, 64); err == nil && strings.Trim(text, "0123456789") == "" {
		return g.numbered(id)
	}
	return g.named(text)
}

// mayGive tells whether the caller may put users into a group and take them out: by the
// right over this group, or because with editusers he gives nothing that he has not.
func mayGive(c *methods.Caller, r *account.Role) bool {
	return c.Allows(BlessPrefix+r.Name) || c.Allows(EditUsers) && c.AllowsAll(r.Permissions)
}

// mayEdit tells whether an account may do nothing that the caller may not. The right over
// a group is no more than what it takes to hand that right out.
func (g groups) mayEdit(c *methods.Caller, a *account.Account) bool {
	return !slices.ContainsFunc(a.Grants, func(p string) bool {
		if c.Allows(p) {
			return false
		}
		name, ok := strings.CutPrefix(p, BlessPrefix)
		r, known := g.named(name)
		return !ok || !known || !mayGive(c, &r)
	})
}

// maySee tells whether the caller may ask who is in a group.
func maySee(c *methods.Caller, member []string, r *account.Role) bool {
	return c != nil && (slices.Contains(member, r.Name) || c.Allows(EditUsers) || c.Allows(CreateGroups) || mayGive(c, r))
}

// asked gives the names of the groups that the arguments of User.get ask for. A group
// that the caller may not see is not there.
func (m *module) asked(ctx context.Context, c *methods.Call, all groups, ids []methods.Value, names []string) ([]string, error) {
	own, err := m.ownGroups(ctx, c.Caller)
	if err != nil {
		return nil, err
	}
	numbers, err := naturals(c, "group_ids", ids)
	if err != nil {
		return nil, err
	}
	var out []string
	for _, id := range numbers {
		r, ok := all.numbered(id)
		if !ok || !maySee(c.Caller, own, &r) {
			return nil, fault(methods.KindNotFound, codeNoObject, "There is no group with the id %d.", id)
		}
		out = append(out, r.Name)
	}
	for _, name := range names {
		r, ok := all.named(name)
		if !ok || !maySee(c.Caller, own, &r) {
			return nil, fault(methods.KindNotFound, codeNoGroup, "The group you specified, %s, is not valid here.", quoted(name))
		}
		out = append(out, r.Name)
	}
	return out, nil
}

// ownGroups are the names of the groups that the caller is in.
func (m *module) ownGroups(ctx context.Context, c *methods.Caller) ([]string, error) {
	if c == nil {
		return nil, nil
	}
	a, err := m.cfg.Accounts.Get(ctx, c.ID)
	if err != nil {
		return nil, unreachable(err)
	}
	return a.Roles, nil
}
