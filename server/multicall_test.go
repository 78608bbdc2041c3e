package server_test

import (
	"fmt"
	"reflect"
	"slices"
	"strings"
	"testing"

	"countersign/methods"
)

// entry is one element of a batch.
func entry(method string, params ...any) map[string]any {
	if params == nil {
		params = []any{}
	}
	return map[string]any{"methodName": method, "params": params}
}

// batch makes a batch and gives its results.
func (c *client) batch(t testing.TB, entries ...any) []any {
	t.Helper()
	a := c.call(t, "system.multicall", entries)
	results, ok := a.value.([]any)
	if !ok || len(results) != len(entries) {
		t.Fatalf("%d results for %d entries: status %d, %s", len(results), len(entries), a.status, a.body)
	}
	return results
}

// isFault tells whether an element of a batch is a fault of this number.
func isFault(result any, code int) bool {
	f, ok := result.(map[string]any)
	text, isText := f["faultString"].(string)
	return ok && len(f) == 2 && f["faultCode"] == code && isText && text != ""
}

// TestMulticall is the table of phpgroupware contract §8.2, in each dialect's numbers
// and under both spellings.
func TestMulticall(t *testing.T) {
	s := newService(t, options{})
	exists := entry("system.methodExist", "system.login")
	params := map[string]any{"params": []any{}}
	for _, c := range []struct {
		why          string
		element      any
		old, current int // the fault's number in the old dialects and in plain
	}{
		{"not a struct", "system.listMethods", 9, -32600},
		{"an array", []any{"system.listMethods", []any{}}, 9, -32600},
		{"nothing", raw("<value><nil/></value>"), 9, -32600},
		{"an empty struct", map[string]any{}, 10, -32600},
		{"no methodName", params, 10, -32600},
		{"methodName is an int", map[string]any{"methodName": 1, "params": []any{}}, 11, -32600},
		{"methodName is nil", map[string]any{"methodName": raw("<value><nil/></value>"), "params": []any{}}, 11, -32600},
		{"no params", map[string]any{"methodName": "system.listMethods"}, 13, -32600},
		{"params is a struct", map[string]any{"methodName": "system.listMethods", "params": map[string]any{}}, 14, -32600},
		{"params is a string", map[string]any{"methodName": "system.listMethods", "params": ""}, 14, -32600},
		{"a batch in a batch", entry("system.multicall", []any{}), 12, -32011},
		{"a batch in a batch, the other spelling", entry("system.multiCall", []any{}), 12, -32011},
		{"an unknown method", entry("nosuch"), 18, -32001}, // nobody is logged in
		{"a method for others", entry("addressbook.boaddressbook.read", map[string]any{"id": 1}), 18, -32001},
		{"a wrong argument", entry("system.methodExist", 1), 3, -32602},
		{"a wrong number of arguments", entry("system.methodExist"), 3, -32602},
		{"a method's own fault", entry("examples.getStateName", 99), 800, 800},
	} {
		t.Run(c.why, func(t *testing.T) {
			for path, code := range map[string]int{plainPath: c.current, phpgwPath: c.old, egwPath: c.old} {
				for _, spelling := range []string{"system.multicall", "system.multiCall"} {
					// A bad element faults alone: its neighbours are called.
					a := s.client(path).call(t, spelling, []any{exists, c.element, exists})
					results, _ := a.value.([]any)
					if a.status != 200 || len(results) != 3 {
						t.Fatalf("%s: status %d, %s", path, a.status, a.body)
					}
					if !isFault(results[1], code) {
						t.Errorf("%s: %v, want fault %d", path, results[1], code)
					}
					for _, i := range []int{0, 2} {
						if !reflect.DeepEqual(results[i], []any{true}) {
							t.Errorf("%s: the neighbour's result is %v", path, results[i])
						}
					}
				}
			}
		})
	}
}

// TestMulticallItself: what is wrong with the batch as a whole.
func TestMulticallItself(t *testing.T) {
	s := newService(t, options{})
	for path, codes := range map[string][2]int{plainPath: {-32602, -32007}, phpgwPath: {3, 101}, egwPath: {3, 101}} {
		c := s.client(path)
		c.call(t, "system.multicall", []any{}).wantValue(t, []any{})
		c.call(t, "system.multicall").wantFault(t, 200, codes[0], "")
		c.call(t, "system.multicall", "x").wantFault(t, 200, codes[0], "")
		c.call(t, "system.multicall", map[string]any{}).wantFault(t, 200, codes[0], "")
		c.call(t, "system.multicall", []any{}, []any{}).wantFault(t, 200, codes[0], "")
		c.call(t, "system.MultiCall", []any{}).wantNot(t, []any{})

		hundred := slices.Repeat([]any{entry("system.methodExist", "x")}, 100)
		if results := c.batch(t, hundred...); !reflect.DeepEqual(results[99], []any{false}) {
			t.Errorf("%s: the hundredth result is %v", path, results[99])
		}
		c.call(t, "system.multicall", append(hundred, hundred[0])).wantFault(t, 200, codes[1], "at most 100")
	}
}

func (a *answer) wantNot(t testing.TB, value any) {
	t.Helper()
	if reflect.DeepEqual(a.value, value) {
		t.Errorf("the answer is %v", value)
	}
}

// TestMulticallVector is phpxmlrpc's own test of a server (phpgroupware contract §8.6).
func TestMulticallVector(t *testing.T) {
	s := newService(t, options{})
	for path, code := range map[string]int{phpgwPath: 1, plainPath: -32601} {
		results := s.client(path).login(t, "bubba", "gump").batch(t,
			entry("system.methodHelp", "system.listMethods"), entry("test.nosuch", 1, 2),
			entry("system.multicall", []any{entry("system.listMethods")}), entry("system.methodSignature", "system.listMethods"))
		help, _ := results[0].([]any)
		signature, _ := results[3].([]any)
		if len(help) != 1 || help[0] == "" || len(signature) != 1 {
			t.Errorf("%s: %v and %v", path, results[0], results[3])
		}
		if !isFault(results[1], code) {
			t.Errorf("%s: an unknown method gives %v", path, results[1])
		}
		if f, _ := results[2].(map[string]any); f["faultCode"] == nil {
			t.Errorf("%s: a batch in a batch gives %v", path, results[2])
		}
	}
}

// TestMulticallResults: a refused element is a fault in place, not the dialect's word
// for it and not status 401; results are shaped as they would be alone.
func TestMulticallResults(t *testing.T) {
	s := newService(t, options{})
	read := entry("addressbook.boaddressbook.read", map[string]any{"id": 1})
	for _, path := range []string{phpgwPath, egwPath} {
		if r := s.client(path).batch(t, read); !isFault(r[0], 18) {
			t.Errorf("%s: unauthorised gives %v", path, r[0])
		}
		user := s.client(path).login(t, "bubba", "gump")
		alone := user.call(t, "addressbook.boaddressbook.read", map[string]any{"id": 1}).value
		if r := user.batch(t, read); !reflect.DeepEqual(r[0], []any{alone}) {
			t.Errorf("%s: in a batch %v, alone %v", path, r[0], alone)
		}
		// A result that looks like a fault is still inside its array.
		fake := map[string]any{"faultCode": 1, "faultString": "x"}
		r := s.client(path).batch(t, entry("validator1.echoStructTest", fake))
		if inner, ok := r[0].([]any); !ok || len(inner) != 1 {
			t.Errorf("%s: %v", path, r[0])
		}
	}
}

// TestLoginInBatch: a login authenticates none of its neighbours, and a request has one
// password check (requirements INP-6, phpgroupware contract §8.2).
func TestLoginInBatch(t *testing.T) {
	s := newService(t, options{})
	login := func(password string) any {
		return entry("system.login", map[string]any{"username": "bubba", "password": password})
	}
	results := s.client(plainPath).batch(t, entry("system.methodExist", "system.session"), login("gump"), entry("system.session"), login("gump"), login("wrong"))
	if !reflect.DeepEqual(results[0], []any{false}) || !isFault(results[2], -32001) {
		t.Errorf("around a login: %v, %v", results[0], results[2])
	}
	grant, _ := results[1].([]any)
	if len(grant) != 1 || grant[0].(map[string]any)["kp3"] == nil {
		t.Fatalf("the login gives %v", results[1])
	}
	if !isFault(results[3], -32002) || !isFault(results[4], -32002) || !reflect.DeepEqual(results[3], results[4]) {
		t.Errorf("a second login gives %v, a third with a wrong password %v", results[3], results[4])
	}
	goAway := []any{map[string]any{"GOAWAY": "XOXO"}}
	for _, path := range []string{phpgwPath, egwPath} {
		results := s.client(path).batch(t, login("wrong"), login("gump"))
		if !reflect.DeepEqual(results, []any{goAway, goAway}) {
			t.Errorf("%s: a right password behind a wrong one gives %v", path, results)
		}
	}
}

// TestEndOfSessionInBatch: whoever logs out, or logs in anew, in a batch is nobody in
// what follows (requirements INP-6).
func TestEndOfSessionInBatch(t *testing.T) {
	s := newService(t, options{})
	whoami := entry("system.session")
	for why, end := range map[string]func(c *client) any{
		"logout":              func(*client) any { return entry("system.logout") },
		"logout by pair":      func(c *client) any { return entry("system.logout", c.pairStruct()) },
		"logout of all":       func(*client) any { return entry("system.logoutAll") },
		"a login in between":  func(*client) any { return entry("system.login", "bubba", "gump") },
		"logout, phpgw's way": nil,
	} {
		t.Run(why, func(t *testing.T) {
			me := s.client(plainPath).login(t, "bubba", "gump")
			if end == nil {
				me.path = phpgwPath
				read := entry("addressbook.boaddressbook.read", map[string]any{"id": 1})
				results := me.batch(t, read, entry("system.logout", me.pairStruct()), read)
				if isFault(results[0], 18) || !isFault(results[2], 18) {
					t.Errorf("before %v, behind %v", results[0], results[2])
				}
				return
			}
			results := me.batch(t, whoami, end(me), whoami)
			if isFault(results[0], -32001) || !isFault(results[2], -32001) {
				t.Errorf("before %v, end %v, behind %v", results[0], results[1], results[2])
			}
			me.call(t, "system.session").wantFault(t, 200, -32001, "log in")
		})
	}
}

func (c *client) pairStruct() map[string]any {
	id, key, _ := strings.Cut(c.pair, ":")
	return map[string]any{"sessionid": id, "kp3": key}
}

// TestRightsInBatch: rights are those of the moment, not of the request's beginning.
func TestRightsInBatch(t *testing.T) {
	m := newTrial()
	s := newService(t, options{modules: []methods.Module{m.module()}})
	me := s.client(plainPath).login(t, "bubba", "gump")
	results := make(chan []any, 1)
	read := entry("addressbook.boaddressbook.read", map[string]any{"id": 1})
	go func() { results <- me.batch(t, read, entry("trial.gate"), read) }()
	within(t, "a batch that waits", m.entered)
	s.setRoles(t, "bubba")
	m.release()
	r := within(t, "the batch", results)
	if isFault(r[0], -32003) || !isFault(r[2], -32003) {
		t.Errorf("before %v, behind %v", r[0], r[2])
	}
}

// TestBatchAnswerLimit: the answer of a batch is bounded; what no longer fits faults.
func TestBatchAnswerLimit(t *testing.T) {
	s := newService(t, options{modules: []methods.Module{newTrial().module()}})
	big := entry("trial.big", 1<<20)
	for path, code := range map[string]int{plainPath: -32007, phpgwPath: 101} {
		results := s.client(path).batch(t, big, big, big, big, big, entry("system.methodExist", "x"))
		for i, r := range results {
			text, _ := r.([]any)
			if i < 4 && (len(text) != 1 || len(fmt.Sprint(text[0])) != 1<<20) || i >= 4 && !isFault(r, code) {
				t.Errorf("%s: result %d is %.80v", path, i, r)
			}
		}
	}
}
