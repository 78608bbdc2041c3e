package methodstest

import (
	"testing"

	"countersign/methods"
)

// Option tells the suite what it cannot find out about a module by itself.
type Option func(*suite)

// Caller sets who calls. The default holds every permission and owns under number 1.
func Caller(c *methods.Caller) Option { return func(s *suite) { s.caller = c } }

// Client sets the other end of the calls, for modules that answer by dialect.
func Client(c methods.Client) Option { return func(s *suite) { s.client = c } }

// Env sets what the endpoint lends to the calls, for modules that use it.
func Env(e methods.Env) Option { return func(s *suite) { s.env = e } }

// Args gives arguments with which the method succeeds. It may be given several times
// for one method.
func Args(method string, args ...methods.Value) Option {
	return func(s *suite) { s.args[method] = append(s.args[method], args) }
}

// Tolerates says that the method takes arguments of these types wherever it takes any,
// although its signatures do not say so; e.g. a number where text is published.
func Tolerates(method string, types ...methods.Type) Option {
	return func(s *suite) { s.tolerated[method] = append(s.tolerated[method], types...) }
}

// Fingerprint gives a text that changes whenever the module's store does. It is what
// proves read-only marks; without it they are not proved.
func Fingerprint(f func() string) Option { return func(s *suite) { s.fingerprint = f } }

// Module runs the suite on a module and reports every fault it finds.
func Module(t *testing.T, m methods.Module, opts ...Option) {
	t.Helper()
	for _, fault := range check(m, opts...) {
		t.Error(fault)
	}
}

// suite is one run of it.
type suite struct {
	module      methods.Module
	view        *methods.View
	caller      *methods.Caller
	client      methods.Client
	env         methods.Env
	args        map[string][][]methods.Value
	tolerated   map[string][]methods.Type
	fingerprint func() string
	faults      []string
}

type everything struct{}

func (everything) Allows(string) bool { return true }

type nothing struct{}

func (nothing) Allows(string) bool { return false }

func check(m methods.Module, opts ...Option) []string {
	s := &suite{
		module:    m,
		caller:    &methods.Caller{ID: "suite", Name: "suite", Number: 1, Rights: everything{}},
		client:    methods.Client{Dialect: "plain", Endpoint: "/RPC2"},
		args:      map[string][][]methods.Value{},
		tolerated: map[string][]methods.Type{},
	}
	for _, o := range opts {
		o(s)
	}
	registry, err := methods.NewRegistry(m)
	if err != nil {
		s.fault("the registry refuses the module: %v", err)
		return s.faults
	}
	s.view = registry.View(m.Families...)
	for name := range s.args {
		s.known(name)
	}
	for name := range s.tolerated {
		s.known(name)
	}
	for _, e := range s.view.Entries() {
		s.declaration(e)
		s.admission(e)
		s.misfits(e)
		s.successes(e)
	}
	if !m.System {
		s.listings()
	}
	return s.faults
}
