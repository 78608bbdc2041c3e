package system

import (
	"context"

	"countersign/methods"
)

func (m *module) rights() []methods.Method {
	return []methods.Method{
		methods.New("canCall", "Tells whether the caller may call a method, and if not which right is missing. The question is recorded.",
			methods.AnySession(), canCall, methods.ReadOnly()),
	}
}

type canCallOut struct {
	Allowed bool   `rpc:"allowed"`
	Missing string `rpc:"missing,omitempty" help:"the permission that the caller lacks"`
	Reason  string `rpc:"reason,omitempty" help:"why not, in words"`
}

// canCall names the missing right: it is asked by people who then ask for it. Methods
// that do not exist are told from those that may not be called, as every caller with a
// session can tell them apart by calling.
func canCall(_ context.Context, c *methods.Call, in nameIn) (canCallOut, error) {
	e, ok := c.Env.View().Lookup(in.Name)
	if !ok {
		return canCallOut{}, methods.Errorf(methods.KindMethodNotFound, "no method of that name")
	}
	switch refusal := c.Env.Permit(e); {
	case refusal == nil:
		return canCallOut{Allowed: true}, nil
	case refusal.Kind == methods.KindPermissionDenied:
		return canCallOut{Missing: e.Access.Permission(), Reason: refusal.Public}, nil
	case refusal.Kind == methods.KindReadOnly:
		return canCallOut{Reason: refusal.Public}, nil
	default:
		return canCallOut{}, refusal
	}
}
