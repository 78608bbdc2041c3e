package methods

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
)

// Registry holds every method of a service. It is built once, from modules listed by
// name, and never changes.
type Registry struct {
	entries []*Entry
}

// Entry is a method with its full name and its module.
type Entry struct {
	Method
	// FullName is the dotted name callers use.
	FullName string
	// Module is the module the method belongs to.
	Module *Module
}

// NewRegistry checks the modules and freezes them. The error names every fault it
// finds: empty, reserved or duplicate names, missing help, missing access class,
// functions that do not fit.
func NewRegistry(modules ...Module) (*Registry, error) {
	modules = slices.Clone(modules)
	r := new(Registry)
	var faults []error
	seen := map[string]bool{}
	for i := range modules {
		m := &modules[i]
		if err := checkModule(m); err != nil {
			faults = append(faults, err)
			continue
		}
		for _, method := range methodsOf(m) {
			e := &Entry{Method: method, FullName: join(m.Name, method.Name), Module: m}
			if err := checkEntry(e); err != nil {
				faults = append(faults, err)
			}
			for _, family := range familiesOf(m) {
				key := family + " " + e.FullName
				if seen[key] {
					faults = append(faults, fmt.Errorf("method %s: declared twice", e.FullName))
				}
				seen[key] = true
			}
			r.entries = append(r.entries, e)
		}
	}
	if len(faults) > 0 {
		return nil, errors.Join(faults...)
	}
	return r, nil
}

// methodsOf gives the module's methods and, for a business module, the list_methods
// that is derived from them.
func methodsOf(m *Module) []Method {
	if m.System {
		return m.Methods
	}
	return append(slices.Clone(m.Methods), listMethodsOf(m))
}

func familiesOf(m *Module) []string {
	if len(m.Families) == 0 {
		return []string{""}
	}
	return m.Families
}

func join(module, method string) string {
	if module == "" {
		return method
	}
	return module + "." + method
}

func checkModule(m *Module) error {
	prefix, _, _ := strings.Cut(m.Name, ".")
	switch {
	case m.Name == "" && len(m.Families) == 0:
		return errors.New("module without a name: only a module with families may have none")
	case m.Name != "" && !validName(m.Name):
		return nameError("module name", m.Name)
	case reservedPrefixes[prefix] && !m.System:
		return fmt.Errorf("module %s: the prefix %q is reserved", m.Name, prefix)
	case strings.TrimSpace(m.Help) == "":
		return fmt.Errorf("module %s: no help", m.Name)
	}
	if fault := m.Run.check(); fault != "" {
		return fmt.Errorf("module %s: %s", m.Name, fault)
	}
	return nil
}

func checkEntry(e *Entry) error {
	switch {
	case e.Name == "":
		return fmt.Errorf("module %s: a method without a name", e.Module.Name)
	case !validName(e.FullName) || strings.Contains(e.Name, "."):
		return nameError("method name", e.FullName)
	case e.err != nil:
		return fmt.Errorf("method %s: %w", e.FullName, e.err)
	case e.run == nil:
		return fmt.Errorf("method %s: no function", e.FullName)
	case strings.TrimSpace(e.Help) == "":
		return fmt.Errorf("method %s: no help", e.FullName)
	case slices.ContainsFunc(e.Signatures, Signature.incomplete):
		return fmt.Errorf("method %s: a signature without its types", e.FullName)
	}
	if fault := e.Access.check(); fault != "" {
		return fmt.Errorf("method %s: %s", e.FullName, fault)
	}
	return nil
}

// Params are the parameters of the preferred signature.
func (e *Entry) Params() []Param {
	if len(e.Signatures) == 0 {
		return nil
	}
	return e.Signatures[0].Params
}

// Takes tells whether there is a parameter of that name.
func (e *Entry) Takes(name string) bool {
	return slices.ContainsFunc(e.Params(), func(p Param) bool { return p.Name == name })
}

// Run binds the call's arguments and runs the method. Rights are not looked at here:
// that is dispatch's work.
func (e *Entry) Run(ctx context.Context, c *Call) (Value, error) {
	v, misfit, err := e.run(ctx, c)
	if misfit != nil {
		return Value{}, misfit.asError()
	}
	return v, err
}

// Permit tells whether c may call the method now; nil means yes.
func (e *Entry) Permit(c *Caller) *Error {
	if err := e.Access.Permit(c); err != nil {
		return err
	}
	if c != nil && c.ReadOnly && !e.ReadOnly && !e.ForReaders {
		return Errorf(KindReadOnly, "a read-only login may not call %s", e.FullName)
	}
	return nil
}
