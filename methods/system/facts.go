package system

import (
	"context"
	"time"

	"countersign/methods"
)

func (m *module) facts() []methods.Method {
	return []methods.Method{
		methods.New("phpgw_api_version", "Tells the version of the service.", methods.Public(), m.version, methods.ReadOnly()),
		methods.New("time", "Tells the service's time and its offset from UTC in seconds; with a session also the user's.", methods.Public(), m.time, methods.ReadOnly()),
	}
}

func (m *module) version(context.Context, *methods.Call, struct{}) (string, error) {
	return m.cfg.Version, nil
}

// timeOut is the answer of system.time (phpgroupware contract §2.4). All times here
// are UTC, so the offsets are zero.
type timeOut struct {
	System       time.Time  `rpc:"system"`
	SystemOffset int        `rpc:"system_tz_offset"`
	User         *time.Time `rpc:"user,omitempty"`
	UserOffset   *int       `rpc:"user_tz_offset,omitempty"`
}

func (m *module) time(_ context.Context, c *methods.Call, _ struct{}) (timeOut, error) {
	now := m.cfg.Now().UTC()
	out := timeOut{System: now}
	if c.Caller != nil {
		out.User, out.UserOffset = &now, new(int)
	}
	return out, nil
}
