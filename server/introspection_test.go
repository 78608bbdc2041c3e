package server_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"
)

func (c *client) listMethods(t testing.TB, args ...any) []string {
	t.Helper()
	var names []string
	for _, n := range c.call(t, "system.listMethods", args...).value.([]any) {
		names = append(names, n.(string))
	}
	return names
}

// TestListMethods: everybody sees exactly what they may call (phpgroupware contract
// §8.1): system methods always, business methods with a session and a right.
func TestListMethods(t *testing.T) {
	s := newService(t, options{})
	const book, session, login = "addressbook.boaddressbook.read", "system.session", "system.login"
	for _, path := range []string{plainPath, phpgwPath, egwPath} {
		everybody := s.client(path)
		for _, c := range []struct {
			who           string
			client        *client
			book, session bool
		}{
			{"nobody", everybody, false, false},
			{"bubba", everybody.login(t, "bubba", "gump"), true, path == plainPath},
			{"jenny", everybody.login(t, "jenny", "1234"), false, path == plainPath},
			{"admin", everybody.login(t, "admin", "admin"), true, path == plainPath},
		} {
			t.Run(path+" "+c.who, func(t *testing.T) {
				names := c.client.listMethods(t)
				if !slices.IsSorted(names) || len(slices.Compact(slices.Clone(names))) != len(names) {
					t.Errorf("not sorted, or twice: %v", names)
				}
				for name, want := range map[string]bool{
					book: c.book, session: c.session, login: true, "system.multicall": true,
					"system.multiCall": false, // an alias
				} {
					if slices.Contains(names, name) != want {
						t.Errorf("%s is listed: %v", name, !want)
					}
				}
				if ignored := c.client.listMethods(t, "xmlrpc"); !slices.Equal(ignored, names) {
					t.Error("the string that is ignored changes the list")
				}
				// What is listed exists, has help and signatures, and is not refused for want of a
				// session or a right; what is not listed is unknown.
				for _, name := range names {
					c.client.call(t, "system.methodExist", name).wantValue(t, true)
					help := c.client.call(t, "system.methodHelp", name)
					if text, _ := help.value.(string); !strings.HasSuffix(text, ".") {
						t.Errorf("help of %s: %s", name, help.body)
					}
					wantSignatures(t, name, c.client.call(t, "system.methodSignature", name).value)
				}
				for name, may := range map[string]bool{book: c.book, session: c.session, "no.such.method": false} {
					if may {
						continue
					}
					c.client.call(t, "system.methodExist", name).wantValue(t, false)
					code := 4
					if path == plainPath {
						code = -32601
					}
					c.client.call(t, "system.methodHelp", name).wantFault(t, 200, code, "Can't introspect: method unknown")
					c.client.call(t, "system.methodSignature", name).wantFault(t, 200, code, "Can't introspect: method unknown")
				}
			})
		}
	}
}

func wantSignatures(t *testing.T, name string, value any) {
	t.Helper()
	types := []string{"int", "boolean", "string", "double", "dateTime.iso8601", "base64", "array", "struct", "i8", "nil", "undefined"}
	signatures, _ := value.([]any)
	for _, sig := range signatures {
		list, _ := sig.([]any)
		for _, typ := range list {
			if !slices.Contains(types, fmt.Sprint(typ)) {
				t.Errorf("signature of %s: %v", name, value)
			}
		}
		if len(list) == 0 {
			t.Errorf("a signature of %s without a result: %v", name, value)
		}
	}
	if len(signatures) == 0 {
		t.Errorf("signature of %s: %v", name, value)
	}
}

// TestUnknownMethods: nobody learns from a refusal what exists (phpgroupware contract
// §3.1).
func TestUnknownMethods(t *testing.T) {
	s := newService(t, options{})
	names := []string{"addressbook.boaddressbook.read", "addressbook.boaddressbook.nosuch", "nosuch.bonosuch.read", "system.nosuch", "system", "", "x", "x.y", "a.b.c.d"}
	for _, name := range names {
		s.client(plainPath).call(t, name).wantFault(t, 200, -32001, "log in first")
		s.client(phpgwPath).call(t, name).wantValue(t, "UNAUTHORIZED")
		if a := s.client(egwPath).call(t, name); a.status != 401 || a.value != "UNAUTHORIZED" {
			t.Errorf("%q at egroupware: %d %s", name, a.status, a.body)
		}
	}
	for path, code := range map[string]int{plainPath: -32601, phpgwPath: 18, egwPath: 18} {
		jenny := s.client(path).login(t, "jenny", "1234")
		there, notThere := jenny.call(t, names[0]), jenny.call(t, names[2])
		if path == plainPath {
			there.wantFault(t, 200, -32003, "")
			notThere.wantFault(t, 200, code, "")
			continue
		}
		if there.body != notThere.body {
			t.Errorf("%s: what exists is told from what does not", path)
		}
		there.wantFault(t, 200, code, "Access denied")
		jenny.call(t, "system.nosuch").wantFault(t, 200, 1, "Unknown method: system.nosuch")
		s.client(path).login(t, "bubba", "gump").call(t, names[1]).wantFault(t, 200, 1, "Unknown method: nosuch")
	}
}

// TestCapabilities: only what is on is advertised (phpgroupware contract §8.3).
func TestCapabilities(t *testing.T) {
	s := newService(t, options{})
	for path, interop := range map[string]bool{plainPath: true, phpgwPath: false, egwPath: false} {
		all, _ := s.client(path).call(t, "system.getCapabilities").value.(map[string]any)
		for name, version := range map[string]int{"xmlrpc": 1, "introspection": 2, "system.multicall": 1} {
			if c, _ := all[name].(map[string]any); c["specVersion"] != version || c["specUrl"] == "" {
				t.Errorf("%s: %s is %v", path, name, all[name])
			}
		}
		if _, ok := all["faults_interop"]; ok != interop {
			t.Errorf("%s: faults_interop is advertised: %v", path, ok)
		}
		if _, ok := all["nil"]; ok {
			t.Errorf("%s: nil is advertised, and never sent", path)
		}
	}
}

// TestFacts: methods that tell about the service, with and without a session
// (phpgroupware contract §2.4).
func TestFacts(t *testing.T) {
	s := newService(t, options{})
	for path, now := range map[string]string{plainPath: "20010903T10:00:00", phpgwPath: "2001-09-03T10:00:00", egwPath: "2001-09-03T10:00:00"} {
		date := "dateTime.iso8601:" + now
		c := s.client(path)
		c.call(t, "system.phpgw_api_version").wantValue(t, "test")
		c.call(t, "system.time").wantValue(t, map[string]any{"system": date, "system_tz_offset": 0})
		c.login(t, "jenny", "1234").call(t, "system.time").wantValue(t,
			map[string]any{"system": date, "system_tz_offset": 0, "user": date, "user_tz_offset": 0})
	}
	simple := s.client(phpgwPath).with("isoDate", "simple").call(t, "system.time")
	if m, _ := simple.value.(map[string]any); m["system"] != "dateTime.iso8601:20010903T10:00:00" {
		t.Errorf("a client that asks for compact dates gets %v", m["system"])
	}
}
