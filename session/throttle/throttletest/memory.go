package throttletest

import (
	"cmp"
	"context"
	"maps"
	"slices"
	"sync"
	"time"

	"countersign/session/throttle"
)

// Memory is a throttle.Store for tests that are about something else. It forgets
// everything with the process.
type Memory struct {
	mu     sync.Mutex
	secret []byte
	all    map[throttle.Key]throttle.Counter
}

var _ throttle.Store = (*Memory)(nil)

// NewMemory makes an empty store.
func NewMemory() *Memory { return &Memory{all: map[throttle.Key]throttle.Counter{}} }

// Secret implements throttle.Store.
func (m *Memory) Secret(_ context.Context, fresh []byte) ([]byte, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.secret == nil {
		m.secret = slices.Clone(fresh)
	}
	return m.secret, nil
}

// Load implements throttle.Store.
func (m *Memory) Load(ctx context.Context, keys []throttle.Key) (throttle.Counters, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.load(keys), ctx.Err()
}

func (m *Memory) load(keys []throttle.Key) throttle.Counters {
	some := make(throttle.Counters, len(keys))
	for _, k := range keys {
		c := m.all[k]
		c.Key = k
		some[k] = &c
	}
	return some
}

// Change implements throttle.Store.
func (m *Memory) Change(ctx context.Context, keys []throttle.Key, _ throttle.Durability, work func(throttle.Counters)) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	if err := ctx.Err(); err != nil {
		return err
	}
	some := m.load(keys)
	work(some)
	m.store(some)
	return nil
}

func (m *Memory) store(some throttle.Counters) {
	for k, c := range some {
		m.all[k] = *c
	}
}

// Waiting implements throttle.Store.
func (m *Memory) Waiting(_ context.Context, now time.Time, limit int) (found []throttle.Counter, err error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	for _, c := range m.all {
		if c.Disabled || c.Until.After(now) {
			found = append(found, c)
		}
	}
	slices.SortFunc(found, func(a, b throttle.Counter) int {
		return cmp.Or(first(a.Disabled, b.Disabled), b.Until.Compare(a.Until), compareKeys(a.Key, b.Key))
	})
	return found[:min(len(found), limit)], nil
}

// Reset implements throttle.Store.
func (m *Memory) Reset(ctx context.Context, key throttle.Key) (n int, err error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	for k, c := range m.all {
		hit := key.Account != "" && k.Account == key.Account || key.Account == "" && key.Block != "" && k == key
		if hit && (c.Failures > 0 || c.Run > 0 || c.Disabled) {
			m.all[k] = throttle.Counter{Key: k, Epoch: c.Epoch + 2, Good: c.Good, Expires: c.Expires}
			n++
		}
	}
	return n, ctx.Err()
}

// Sweep implements throttle.Store.
func (m *Memory) Sweep(_ context.Context, now time.Time) (int, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	before := len(m.all)
	maps.DeleteFunc(m.all, func(_ throttle.Key, c throttle.Counter) bool { return !c.Expires.After(now) })
	return before - len(m.all), nil
}

// Trim implements throttle.Store.
func (m *Memory) Trim(_ context.Context, rows, blocks int) (int, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	latest := slices.SortedFunc(maps.Values(m.all), func(a, b throttle.Counter) int {
		return cmp.Or(b.Good.Compare(a.Good), cmp.Compare(a.Block, b.Block))
	})
	good := map[string]int{}
	var all []throttle.Counter
	for _, c := range latest {
		if good[c.Account]++; !c.Good.IsZero() && good[c.Account] <= blocks {
			continue
		}
		c.Good = time.Time{}
		m.all[c.Key] = c
		all = append(all, c)
	}
	slices.SortFunc(all, func(a, b throttle.Counter) int {
		return cmp.Or(first(a.Disabled, b.Disabled), cmp.Compare(b.Failures+b.Run, a.Failures+a.Run),
			b.Expires.Compare(a.Expires), compareKeys(a.Key, b.Key))
	})
	gone := all[min(len(all), rows):]
	for _, c := range gone {
		delete(m.all, c.Key)
	}
	return len(gone), nil
}

// first sorts the one that has it in front of the one that has not.
func first(a, b bool) int {
	switch {
	case a == b:
		return 0
	case a:
		return -1
	}
	return 1
}

func compareKeys(a, b throttle.Key) int {
	return cmp.Or(cmp.Compare(a.Account, b.Account), cmp.Compare(a.Block, b.Block))
}
