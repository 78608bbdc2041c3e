package throttle

import (
	"context"
	"fmt"

	"countersign/session"
)

// run does ops in order, in one look and at most one transaction. It is true if an
// attempt was decided. An attempt that is refused costs the look only.
func (t *Throttle) run(ops []*op) (decided bool) {
	ctx, cancel := context.WithTimeout(context.Background(), storeTimeout)
	defer cancel()
	all, err := t.cfg.Store.Load(ctx, keysOf(ops))
	if err == nil {
		t.applyAll(all, ops)
		if ops = writing(ops); len(ops) > 0 {
			decided, err = t.write(ctx, ops)
		}
	}
	if err != nil {
		for _, o := range ops {
			o.err = fmt.Errorf("%w: the throttle: %w", session.ErrUnavailable, err)
		}
	}
	return decided
}

// write does again, under the store's lock, what the look found possible.
func (t *Throttle) write(ctx context.Context, ops []*op) (decided bool, err error) {
	added := 0
	err = t.cfg.Store.Change(ctx, keysOf(ops), func(all Counters) {
		added = 0
		for _, c := range all {
			if c.Epoch == 0 && c.Good.IsZero() {
				added++
			}
		}
		t.applyAll(all, ops)
	})
	if err != nil {
		return false, err
	}
	for _, o := range ops {
		decided = decided || o.what != reserve
	}
	if t.added += added; t.added >= t.cfg.Rows/8 {
		t.added = 0
		if _, err := t.Sweep(ctx); err != nil {
			t.cfg.Log.Warn("login counters could not be trimmed", "err", err)
		}
	}
	return decided, nil
}

func (t *Throttle) applyAll(all Counters, ops []*op) {
	now := t.now()
	for _, o := range ops {
		t.apply(all, o, now)
	}
}

// writing are the ops that change something.
func writing(ops []*op) []*op {
	var some []*op
	for _, o := range ops {
		if o.what != reserve || o.blocked == nil && !o.full {
			some = append(some, o)
		}
	}
	return some
}

func keysOf(ops []*op) []Key {
	seen := make(map[Key]bool, 3*len(ops))
	var keys []Key
	for _, o := range ops {
		for _, p := range o.attempt.parts {
			if !seen[p.key] {
				seen[p.key] = true
				keys = append(keys, p.key)
			}
		}
	}
	return keys
}
