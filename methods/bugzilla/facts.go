package bugzilla

import (
	"context"
	"regexp"
	"slices"
	"time"

	"countersign/methods"
	"countersign/methods/signin"
)

type versionOut struct {
	Version string `rpc:"version" help:"major.minor, and more behind it"`
}

func (m *module) version(context.Context, *methods.Call, struct{}) (versionOut, error) {
	return versionOut{m.cfg.Version}, nil
}

// timeOut is the answer of Bugzilla.time. The database has no clock of its own here.
type timeOut struct {
	DB        time.Time `rpc:"db_time" help:"UTC"`
	Web       time.Time `rpc:"web_time" help:"UTC"`
	WebUTC    time.Time `rpc:"web_time_utc" help:"UTC"`
	Zone      string    `rpc:"tz_name"`
	ShortZone string    `rpc:"tz_short_name"`
	Offset    string    `rpc:"tz_offset" help:"from UTC, +hhmm"`
}

const (
	zone   = "UTC"
	offset = "+0000"
)

func (m *module) time(context.Context, *methods.Call, struct{}) (timeOut, error) {
	now := m.cfg.Now().UTC().Truncate(time.Second)
	return timeOut{DB: now, Web: now, WebUTC: now, Zone: zone, ShortZone: zone, Offset: offset}, nil
}

type timezoneOut struct {
	Timezone string `rpc:"timezone" help:"+hhmm"`
}

func timezone(context.Context, *methods.Call, struct{}) (timezoneOut, error) {
	return timezoneOut{offset}, nil
}

type extensionsOut struct {
	Extensions map[string]versionOut `rpc:"extensions" help:"by name"`
}

func (m *module) extensions(context.Context, *methods.Call, struct{}) (extensionsOut, error) {
	out := extensionsOut{make(map[string]versionOut, len(m.cfg.Extensions))}
	for name, version := range m.cfg.Extensions {
		out.Extensions[name] = versionOut{version}
	}
	return out, nil
}

type auditIn struct {
	Class []string `rpc:"class,optional,loose" help:"Bugzilla::User, Bugzilla::Group; others are never changed"`
}

type auditOut struct {
	Last *time.Time `rpc:"last_audit_time" help:"UTC; null for never"`
}

// lastAuditTime looks at the classes that are named; at all if there is no list, or
// none in it that could be a class of Bugzilla's.
func (m *module) lastAuditTime(ctx context.Context, _ *methods.Call, in auditIn) (auditOut, error) {
	users, groups, err := m.cfg.Accounts.LastChange(ctx)
	if err != nil {
		return auditOut{}, unreachable(err)
	}
	var last time.Time
	classes := slices.DeleteFunc(slices.Clone(in.Class), func(s string) bool { return !classPattern.MatchString(s) })
	if len(classes) == 0 {
		classes = []string{"Bugzilla::User", "Bugzilla::Group"}
	}
	for class, at := range map[string]time.Time{"Bugzilla::User": users, "Bugzilla::Group": groups} {
		if slices.Contains(classes, class) && at.After(last) {
			last = at
		}
	}
	if last.IsZero() {
		return auditOut{}, nil
	}
	last = last.Truncate(time.Second)
	return auditOut{&last}, nil
}

// classPattern is what can be a class of Bugzilla's.
var classPattern = regexp.MustCompile(`^Bugzilla(::[A-Za-z0-9_]+)*$`)

func unreachable(err error) error {
	return signin.Busy(err, "accounts cannot be read at the moment; try again")
}
