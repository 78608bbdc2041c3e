package bugzilla

import (
	"context"
	"slices"

	"countersign/methods"
	"countersign/session/account"
)

type getIn struct {
	IDs      []methods.Value `rpc:"ids,optional" help:"users by number; unknown ones are left out"`
	Names    []string        `rpc:"names,optional,loose" help:"users by login name; an unknown one is an error"`
	Match    []string        `rpc:"match,optional,loose" help:"login names, parts of names of three characters or more, or texts with * for anything"`
	Limit    methods.Value   `rpc:"limit,optional" help:"how many users each text of match may find at most"`
	GroupIDs []methods.Value `rpc:"group_ids,optional" help:"only users in one of these groups, by number"`
	Groups   []string        `rpc:"groups,optional,loose" help:"or in one of these, by name"`
	Disabled bool            `rpc:"include_disabled,optional,loose" help:"true: match finds disabled users too"`
	Selection
}

type getOut struct {
	Users []userOut `rpc:"users"`
}

func (m *module) get(ctx context.Context, c *methods.Call, in getIn) (getOut, error) {
	if in.IDs == nil && in.Names == nil && in.Match == nil {
		return getOut{}, oneOf(c, "ids", "names", "match")
	}
	found, err := m.found(ctx, c, &in)
	if err != nil {
		return getOut{}, err
	}
	v := view{module: m, caller: c.Caller, selection: &in.Selection}
	if c.Caller != nil || in.GroupIDs != nil || in.Groups != nil {
		if v.groups, err = m.groups(ctx); err != nil {
			return getOut{}, err
		}
	}
	if in.GroupIDs != nil || in.Groups != nil {
		wanted, err := m.asked(ctx, c, v.groups, in.GroupIDs, in.Groups)
		if err != nil {
			return getOut{}, err
		}
		found = slices.DeleteFunc(found, func(a account.Account) bool {
			return !slices.ContainsFunc(a.Roles, func(r string) bool { return slices.Contains(wanted, r) })
		})
	}
	out := getOut{Users: make([]userOut, len(found))}
	for i := range found {
		out.Users[i] = v.user(&found[i])
	}
	return out, nil
}

// found gives the users that the call asks for. Strangers may only ask by name.
func (m *module) found(ctx context.Context, c *methods.Call, in *getIn) ([]account.Account, error) {
	if c.Caller == nil {
		if argument := forbidden(in); argument != "" {
			return nil, fault(methods.KindLoginRequired, codeAnonymous,
				"Logged-out users cannot use the %q argument to this function to access any user information.", argument)
		}
	}
	var all users
	named, err := m.byName(ctx, c, in.Names)
	if err != nil {
		return nil, err
	}
	all.add(named...)
	numbered, _, err := m.byID(ctx, c, in.IDs)
	if err != nil {
		return nil, err
	}
	all.add(numbered...)
	limit, err := m.limit(c, in.Limit)
	if err != nil {
		return nil, err
	}
	if len(in.Match) > matchTexts {
		return nil, invalid(c, "match", "there are too many texts")
	}
	for _, text := range in.Match {
		matched, err := m.match(ctx, c, text, limit, in.Disabled)
		if err != nil {
			return nil, err
		}
		all.add(matched...)
	}
	return all.list, nil
}

// forbidden names an argument that strangers may not use.
func forbidden(in *getIn) string {
	switch {
	case in.IDs != nil:
		return "ids"
	case in.Match != nil:
		return "match"
	default:
		return ""
	}
}

// limit is how many users a text may match. 0, and nothing, mean the service's own
// limit.
func (m *module) limit(c *methods.Call, v methods.Value) (int, error) {
	if v.IsNil() {
		return m.cfg.Most, nil
	}
	n, err := natural(c, "limit", v)
	if err != nil || n == 0 {
		return m.cfg.Most, err
	}
	return int(min(n, int64(m.cfg.Most))), nil
}
