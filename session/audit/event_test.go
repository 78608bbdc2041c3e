package audit_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"flag"
	"go/parser"
	"go/token"
	"net/netip"
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"countersign/session"
	"countersign/session/audit"
)

var update = flag.Bool("update", false, "write the lines of this run to testdata")

var (
	peer    = netip.MustParseAddr("192.0.2.7")
	public  = session.PublicID{0xab, 1, 2, 3, 4, 5, 6, 7}
	namer   = audit.NewNamer([32]byte{1, 2, 3})
	hostile = "a\r\n{\"event\":\"login\"}\x00\x1b[2J\u202e\u2066\u2028\ufeff\U000e0001\u0085\xff\\é"
)

// everything has a value in every member.
var everything = audit.Event{
	Type: audit.Permission, Outcome: audit.OK, Time: noon.Add(1500 * time.Nanosecond).In(time.FixedZone("", 7200)),
	Peer: peer, Reason: "asked for", User: audit.Known("ann"), Account: 500, Kind: "user", Actor: audit.System("root"),
	Request: "0a1b2c3d-17", Endpoint: "/RPC2?password=gump", Dialect: "plain", Method: "addressbook.boaddressbook.read",
	Permission: "addressbook", Role: "staff", Session: public, Key: [8]byte{7: 9},
	Block: netip.MustParsePrefix("2001:db8::/64"), Until: noon.Add(time.Hour), Count: 3,
	Version: "1.2", Address: "[::1]:8080",
}

// events are the sample of testdata/events.jsonl, a line each.
var events = []audit.Event{
	{Type: audit.Login, Outcome: audit.OK, Peer: peer, User: audit.Known("ann"), Account: 500, Kind: "user", Request: "0a1b2c3d-1", Endpoint: "/RPC2", Dialect: "plain", Method: "system.login", Session: public, Until: noon.Add(12 * time.Hour)},
	{Type: audit.Login, Outcome: audit.Refused, Peer: peer, Reason: session.ReasonPassword, User: audit.Known("ann"), Account: 500, Kind: "user", Endpoint: "/xmlrpc.php", Dialect: "phpgroupware", Method: "system.login"},
	{Type: audit.Login, Outcome: audit.Refused, Peer: peer, Reason: session.ReasonUnknown, User: namer.Unknown("hunter2"), Kind: "server"},
	{Type: audit.Login, Outcome: audit.Busy, Peer: netip.MustParseAddr("::ffff:192.0.2.7"), Reason: "too many logins are waiting", User: audit.Known("ann")},
	{Type: audit.Login, Outcome: audit.Unknown, Peer: netip.MustParseAddr("fe80::1%eth0"), User: audit.Known("#0011223344556677")},
	{Type: audit.Logout, Outcome: audit.OK, User: audit.Known("ann"), Session: public},
	{Type: audit.Credential, Outcome: audit.Refused, Peer: peer, Endpoint: "/RPC2", Method: "system.session"},
	{Type: audit.SessionChild, Outcome: audit.OK, User: audit.Known("ann"), Session: public, Until: noon.Add(time.Minute)},
	{Type: audit.SessionEnd, Outcome: audit.OK, User: audit.Known("ann"), Actor: audit.Known("admin"), Count: 4},
	{Type: audit.Lock, Outcome: audit.OK, User: audit.Known("ann"), Until: noon.Add(15 * time.Minute), Count: 5},
	{Type: audit.Lock, Outcome: audit.OK, Peer: peer, Block: netip.MustParsePrefix("192.0.2.0/24"), Until: noon.Add(15 * time.Minute)},
	{Type: audit.Unlock, Outcome: audit.OK, Actor: audit.System("root"), User: audit.Known("ann")},
	{Type: audit.Permission, Outcome: audit.Refused, User: audit.Known("jenny"), Permission: "addressbook", Method: "addressbook.boaddressbook.read"},
	{Type: audit.Permission, Outcome: audit.OK, User: audit.Known("schubi"), Permission: "org.opensuse.yast.system.time.read", Role: "clock keepers"},
	{Type: audit.Permission, Outcome: audit.Busy, User: audit.Known("schubi"), Permission: "org.opensuse.yast.system.time.read"},
	{Type: audit.Grant, Outcome: audit.OK, Actor: audit.System("root"), User: audit.Known("ann"), Permission: "addressbook"},
	{Type: audit.Revoke, Outcome: audit.OK, Actor: audit.Known("admin"), User: audit.Known("ann"), Permission: "org.opensuse.*"},
	{Type: audit.Role, Outcome: audit.OK, Actor: audit.Known("admin"), Role: "staff", Permission: "addressbook"},
	{Type: audit.KeyCreate, Outcome: audit.OK, User: audit.Known("ann"), Key: public, Permission: "addressbook", Until: noon.AddDate(0, 3, 0)},
	{Type: audit.KeyRotate, Outcome: audit.OK, User: audit.Known("ann"), Key: public},
	{Type: audit.KeyRevoke, Outcome: audit.Unknown, User: audit.Known("ann"), Key: public},
	{Type: audit.AccountAdd, Outcome: audit.OK, Actor: audit.System("root"), User: audit.Known("my.host.name"), Account: 1001, Kind: "server"},
	{Type: audit.AccountChange, Outcome: audit.OK, Actor: audit.System("root"), User: audit.Known("ann")},
	{Type: audit.AccountDisable, Outcome: audit.OK, Actor: audit.System("root"), User: audit.Known("ann")},
	{Type: audit.AccountEnable, Outcome: audit.OK, Actor: audit.System("root"), User: audit.Known("ann")},
	{Type: audit.AccountDelete, Outcome: audit.OK, Actor: audit.System("root"), User: audit.Known("ann"), Account: 500},
	{Type: audit.AccountPassword, Outcome: audit.Refused, User: audit.Known("ann"), Reason: session.ReasonPassword},
	{Type: audit.Start, Outcome: audit.OK, Version: "1.2", Address: "127.0.0.1:8080"},
	{Type: audit.Stop, Outcome: audit.OK},
	{Type: audit.Panic, Outcome: audit.Unknown, Request: "0a1b2c3d-9", Method: "tracker.set"},
	{Type: audit.Login, Outcome: audit.Refused, Peer: peer, Reason: hostile, User: audit.Known(hostile), Request: hostile, Method: hostile},
	{Type: audit.Permission, Outcome: audit.Refused, User: audit.Known(hostile), Permission: hostile, Role: hostile},
	{Type: audit.Credential, Outcome: audit.Refused, Method: strings.Repeat("é", 256), Reason: strings.Repeat("é", 257)},
	{Type: audit.Permission, Outcome: audit.OK, User: audit.Known(strings.Repeat("u", 300)), Permission: strings.Repeat("p", 300), Role: "r"},
	everything,
}

func record(t testing.TB, all ...audit.Event) string {
	t.Helper()
	var out bytes.Buffer
	log := audit.NewWriter(&out, audit.Options{Node: "node-1", Now: atNoon})
	for _, e := range all {
		must(t, log.Record(e))
	}
	return out.String()
}

// TestLines holds every kind of event against its published line, byte for byte.
func TestLines(t *testing.T) {
	const golden = "testdata/events.jsonl"
	got := record(t, events...)
	if *update {
		must(t, os.WriteFile(golden, []byte(got), 0o600))
	}
	content, err := os.ReadFile(golden)
	must(t, err)
	gotLines, want := strings.SplitAfter(got, "\n"), strings.SplitAfter(string(content), "\n")
	if len(gotLines) != len(want) {
		t.Fatalf("%d lines, want %d", len(gotLines), len(want))
	}
	for i := range want {
		if gotLines[i] != want[i] {
			t.Errorf("line %d\ngot  %swant %s", i+1, gotLines[i], want[i])
		}
	}
}

// TestDocumentation: the tables in the package documentation are what is written.
func TestDocumentation(t *testing.T) {
	file, err := parser.ParseFile(token.NewFileSet(), "doc.go", nil, parser.ParseComments|parser.PackageClauseOnly)
	must(t, err)
	members, types, found := strings.Cut(file.Doc.Text(), "The events:")
	if !found {
		t.Fatal("doc.go has no table of events")
	}
	row := regexp.MustCompile(`(?m)^\t([a-z.]+) {2,}`)
	names := func(table string) (all []string) {
		for _, m := range row.FindAllStringSubmatch(table, -1) {
			all = append(all, m[1])
		}
		return all
	}
	var written []string
	for d := json.NewDecoder(strings.NewReader(record(t, everything))); ; {
		word, err := d.Token()
		if err != nil {
			break
		}
		if name, ok := word.(string); ok {
			written = append(written, name)
			_, err := d.Token()
			must(t, err)
		}
	}
	if documented := names(members)[1:]; !slices.Equal(documented, written) {
		t.Errorf("documented members %v\nwritten %v", documented, written)
	}
	var known []string
	for i := audit.Type(1); i.String() != ""; i++ {
		known = append(known, i.String())
		if !slices.ContainsFunc(events, func(e audit.Event) bool { return e.Type == i }) {
			t.Errorf("the sample has no %s", i)
		}
	}
	if documented := names(types); !slices.Equal(documented, known) {
		t.Errorf("documented events %v\nknown %v", documented, known)
	}
}

func TestClosedSets(t *testing.T) {
	var out bytes.Buffer
	log := audit.NewWriter(&out, audit.Options{})
	for _, e := range []audit.Event{
		{},
		{Type: audit.Login},
		{Outcome: audit.OK},
		{Type: audit.Panic + 1, Outcome: audit.OK},
		{Type: audit.Login, Outcome: audit.Unknown + 1},
		{Type: 255, Outcome: 255},
	} {
		if err := log.Record(e); !errors.Is(err, audit.ErrEvent) {
			t.Errorf("type %d, outcome %d: %v, want ErrEvent", e.Type, e.Outcome, err)
		}
	}
	if out.Len() > 0 {
		t.Errorf("written: %s", &out)
	}
}

func TestTimeIsTheClocks(t *testing.T) {
	early := audit.Event{Type: audit.Start, Outcome: audit.OK}
	given := audit.Event{Type: audit.Start, Outcome: audit.OK, Time: noon.Add(-time.Microsecond)}
	const want = `{"time":"2001-08-14T09:30:00.000000Z","event":"start","outcome":"ok","node":"node-1"}` + "\n" +
		`{"time":"2001-08-14T09:29:59.999999Z","event":"start","outcome":"ok","node":"node-1"}` + "\n"
	if got := record(t, early, given); got != want {
		t.Errorf("got  %s\nwant %s", got, want)
	}
}
