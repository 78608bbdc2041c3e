package openrpc_test

import (
	"slices"
	"strings"
	"testing"

	"countersign/methods"
)

// TestErrorTable: every kind has its number and a sentence.
func TestErrorTable(t *testing.T) {
	d := newService(t, config()).document(t, nil)
	for k := range methods.KindCount {
		e, ok := d.Components.Errors[k.String()]
		if !ok || e.Code != config().Codes[k] || e.Message == "" {
			t.Errorf("%v: %+v", k, e)
		}
	}
	if len(d.Components.Errors) != int(methods.KindCount) {
		t.Errorf("%d errors", len(d.Components.Errors))
	}

	cfg := config()
	cfg.Codes[methods.KindBusy] = 0
	d = newService(t, cfg).document(t, nil)
	if _, ok := d.Components.Errors["busy"]; ok || slices.Contains(errorNames(d.method(t, "rpc.discover")), "busy") {
		t.Error("an error without a number is told of")
	}
}

func errorNames(m *method) []string {
	var names []string
	for _, e := range m.Errors {
		names = append(names, strings.TrimPrefix(e["$ref"], "#/components/errors/"))
	}
	return names
}

func TestErrorsByDeclaration(t *testing.T) {
	const (
		always   = "application busy internal invalid_params not_found timeout too_large"
		admitted = " login_refused login_required permission_denied throttled"
		changes  = " conflict outcome_unknown"
	)
	ro := methods.ReadOnly()
	for _, row := range []struct {
		name   string
		access methods.Access
		opts   []methods.Option
		want   string
	}{
		{"public, changes nothing", methods.Public(), []methods.Option{ro}, always},
		{"public", methods.Public(), nil, always + admitted + changes + " read_only"},
		{"login", methods.Public(), []methods.Option{methods.ForReaders()}, always + admitted + changes},
		{"session, changes nothing", methods.AnySession(), []methods.Option{ro}, always + admitted},
		{"permission", methods.Permission("right"), nil, always + admitted + changes + " read_only"},
	} {
		got := errorNames(one{method0("f", row.access, row.opts...)}.method(t))
		slices.Sort(got)
		want := strings.Fields(row.want)
		slices.Sort(want)
		if !slices.Equal(got, want) {
			t.Errorf("%s: %v, wanted %v", row.name, got, want)
		}
	}
}
