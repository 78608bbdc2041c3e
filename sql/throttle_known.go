package sql

import (
	stdsql "database/sql"
	"sync/atomic"

	"countersign/session/throttle"
)

// knownCounters are counters as they stand in a SQLite database. A login changes the
// same few two times, and to read them is a third of what that costs.
//
// They belong to whoever has the writing connection, and hold while that is the same one
// and no other has committed anything.
type knownCounters struct {
	connections atomic.Int64 // how many have been the writing one
	at          known
	counters    map[throttle.Key]throttle.Counter
}

type known struct{ connection, version int64 }

// mostKnown bounds them.
const mostKnown = 4096

// load gives counters, those that are not known from the database.
func (k *knownCounters) load(t *tx, keys []throttle.Key) (throttle.Counters, error) {
	now := known{connection: k.connections.Load()}
	// It tells of other connections' commits, and not of this one's.
	err := t.query(func(rows *stdsql.Rows) error { return rows.Scan(&now.version) }, dataVersion)
	if err != nil {
		return nil, err
	}
	if now != k.at || len(k.counters) > mostKnown {
		k.at, k.counters = now, map[throttle.Key]throttle.Counter{}
	}
	all := make(throttle.Counters, len(keys))
	var missing []throttle.Key
	for _, key := range keys {
		if c, ok := k.counters[key]; ok {
			all[key] = &c
		} else {
			missing = append(missing, key)
		}
	}
	read, err := loadCounters(t.query, missing)
	for key, c := range read {
		all[key] = c
	}
	return all, err
}

// knowCounters notes how counters stand when the transaction commits. Where that fails
// the connection is given up, and with it what is known.
func (t *tx) knowCounters(all throttle.Counters) {
	if t.db.engine != SQLite {
		return
	}
	for key, c := range all {
		c := *c
		c.Lease, c.Last, c.Until = asStored(c.Lease), asStored(c.Last), asStored(c.Until)
		c.Good, c.Expires, c.YoungLease = asStored(c.Good), asStored(c.Expires), asStored(c.YoungLease)
		t.db.counters.counters[key] = c
	}
}

// forgetCounters is for transactions that change counters without reading them.
func (t *tx) forgetCounters() {
	if t.db.engine == SQLite {
		t.db.counters.at = known{}
	}
}
