package methods

import "time"

// zone is what a dateTime says of its time zone, and what a string may be read as.
type zone struct {
	state   zoneState
	minutes int16 // east of UTC, for zoneOffset
}

type zoneState uint8

const (
	zoneNone    zoneState = iota // a wall-clock reading without a zone
	zoneOffset                   // the sender named its offset
	zoneEmpty                    // "no date": an empty element
	zoneUntyped                  // a string that may be read as a date or as base64
	zoneLexical                  // a string that may be read as any scalar
)

// Time makes a dateTime from t. The zero time becomes the empty date. It leaves as
// t's wall clock in UTC, without a zone, which is what XML-RPC's clients read.
func Time(t time.Time) Value {
	if t.IsZero() {
		return EmptyDate()
	}
	return Value{typ: TypeDateTime, num: uint64(t.UnixMicro())}
}

// EmptyDate makes the dateTime that says "no date".
func EmptyDate() Value { return Value{typ: TypeDateTime, zone: zone{state: zoneEmpty}} }

// ZonedTime makes a dateTime that a client sent with a zone offset, in minutes east
// of UTC.
func ZonedTime(t time.Time, minutes int) Value {
	return Value{
		typ: TypeDateTime, num: uint64(t.UnixMicro()),
		zone: zone{state: zoneOffset, minutes: int16(minutes)},
	}
}

// Time returns the instant of a TypeDateTime, in UTC; a reading without a zone is
// taken as UTC. The empty date, and every other type, give the zero time.
func (v Value) Time() time.Time {
	if v.typ != TypeDateTime || v.zone.state == zoneEmpty {
		return time.Time{}
	}
	return time.UnixMicro(int64(v.num)).UTC()
}

// HasZone tells whether the sender named a zone offset.
func (v Value) HasZone() bool { return v.typ == TypeDateTime && v.zone.state == zoneOffset }

// FloatingTime makes a dateTime that a client sent without a zone: t's wall clock is
// what was read. The year 1 of Go's zero time is a date like any other here.
func FloatingTime(t time.Time) Value {
	return Value{typ: TypeDateTime, num: uint64(t.UnixMicro())}
}

// Offset returns the zone offset that the sender named, in minutes east of UTC; 0
// without one.
func (v Value) Offset() int {
	if !v.HasZone() {
		return 0
	}
	return int(v.zone.minutes)
}
