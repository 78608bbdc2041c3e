package methodstest

import (
	"fmt"
	"strings"

	"countersign/methods"
)

func (s *suite) fault(format string, args ...any) {
	s.faults = append(s.faults, fmt.Sprintf(format, args...))
}

func (s *suite) known(method string) {
	for _, e := range s.view.Entries() {
		if e.Name == method {
			return
		}
	}
	s.fault("an option names the method %q, which the module does not have", method)
}

func (s *suite) declaration(e *methods.Entry) {
	switch {
	case strings.TrimSpace(e.Help) == "":
		s.fault("%s: no help", e.FullName)
	case e.Access.String() == "undeclared":
		s.fault("%s: no access class", e.FullName)
	case len(e.Signatures) == 0:
		s.fault("%s: no signature", e.FullName)
	}
	for _, sig := range e.Signatures {
		for i, p := range sig.Params {
			if p.Name == "" {
				s.fault("%s: parameter %d of %s has no name", e.FullName, i+1, sig)
			}
		}
	}
}

// admission looks at who is let in.
func (s *suite) admission(e *methods.Entry) {
	if !e.Access.IsPublic() {
		s.refused(e, nil, methods.KindLoginRequired, "an anonymous caller")
	} else if err := e.Permit(nil); err != nil {
		s.fault("%s: public, but an anonymous caller gets %v", e.FullName, err)
	}
	if e.Access.Permission() != "" {
		powerless := &methods.Caller{ID: "powerless", Name: "powerless", Number: 2, Rights: nothing{}}
		s.refused(e, powerless, methods.KindPermissionDenied, "a caller without rights")
	}
	if err := e.Permit(s.caller); err != nil {
		s.fault("%s: the suite's caller gets %v", e.FullName, err)
	}
	reader := *s.caller
	reader.ReadOnly = true
	if !e.ReadOnly && !e.ForReaders {
		s.refused(e, &reader, methods.KindReadOnly, "a read-only caller")
	} else if err := e.Permit(&reader); err != nil {
		s.fault("%s: marked read-only, but a read-only caller gets %v", e.FullName, err)
	}
}

func (s *suite) refused(e *methods.Entry, c *methods.Caller, want methods.Kind, who string) {
	if err := e.Permit(c); err == nil {
		s.fault("%s: %s is let in", e.FullName, who)
	} else if err.Kind != want {
		s.fault("%s: %s gets %v, wanted %v", e.FullName, who, err, want)
	}
}

// derived tells whether e is the list_methods that the registry made: it answers any
// argument (phpgroupware contract §3.2), so there is nothing that does not fit.
func (s *suite) derived(e *methods.Entry) bool {
	return e.Name == methods.ListMethods && !s.module.System
}

// listings compares list_methods with the registry.
func (s *suite) listings() {
	for _, e := range s.view.Entries() {
		if !s.derived(e) {
			continue
		}
		xmlrpc, err := s.run(e, methods.String("xmlrpc"))
		if err != nil {
			s.fault("%s(\"xmlrpc\"): %v", e.FullName, err)
			continue
		}
		soap, err := s.run(e, methods.String("soap"))
		if err != nil {
			s.fault("%s(\"soap\"): %v", e.FullName, err)
			continue
		}
		s.listing(e, xmlrpc, soap)
	}
}

func (s *suite) listing(list *methods.Entry, xmlrpc, soap methods.Value) {
	listed := 0
	for _, e := range s.view.Entries() {
		row, ok := xmlrpc.Field(e.Name)
		_, inSOAP := soap.Field(e.Name)
		if e.Unlisted == ok || ok != inSOAP {
			s.fault("%s: unlisted is %t, but it is listed %t for xmlrpc and %t for soap",
				e.FullName, e.Unlisted, ok, inSOAP)
		}
		if !ok {
			continue
		}
		listed++
		want := methods.Struct(
			methods.M("function", methods.String(e.FullName)),
			methods.M("signature", methods.SignatureValue(e.Signatures)),
			methods.M("docstring", methods.String(e.Help)),
		)
		if !methods.Equal(row, want) {
			s.fault("%s: list_methods does not agree with the registry", e.FullName)
		}
	}
	if n := len(xmlrpc.Members()); n != listed {
		s.fault("%s lists %d methods, the registry has %d", list.FullName, n, listed)
	}
}
