package throttle

import (
	"context"
	"fmt"
	"slices"

	"countersign/session"
)

// run does ops in order, in one transaction. It is true if an attempt was decided.
func (t *Throttle) run(ops []*op) (decided bool) {
	ctx, cancel := context.WithTimeout(context.Background(), storeTimeout)
	defer cancel()
	var err error
	if t.doubtful(ops) {
		ops, err = t.look(ctx, ops)
	}
	if err == nil && len(ops) > 0 {
		decided, err = t.write(ctx, ops)
	}
	if err != nil {
		for _, o := range ops {
			o.err = fmt.Errorf("%w: the throttle: %w", session.ErrUnavailable, err)
			if o.soon {
				t.cfg.Log.Error("a login attempt could not be counted", "err", err)
			}
		}
	}
	return decided
}

// doubtful tells whether one of the ops will probably be refused: then a look comes
// first, so that guessing on against a lock costs a look and no transaction.
func (t *Throttle) doubtful(ops []*op) bool {
	return slices.ContainsFunc(ops, func(o *op) bool {
		return o.what == reserve && (o.parked ||
			slices.ContainsFunc(o.attempt.parts, func(p part) bool { return t.refusing[p.key] }))
	})
}

// look does the ops on counters as they are stored, without a lock, and gives those that
// would change something. The others have their answer.
func (t *Throttle) look(ctx context.Context, ops []*op) ([]*op, error) {
	all, err := t.cfg.Store.Load(ctx, keysOf(ops))
	if err != nil {
		return ops, err
	}
	t.applyAll(all, ops)
	return writing(ops), nil
}

// write does the ops under the store's lock.
func (t *Throttle) write(ctx context.Context, ops []*op) (decided bool, err error) {
	added := 0
	err = t.cfg.Store.Change(ctx, keysOf(ops), durability(ops), func(all Counters) {
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
		t.learn(o)
	}
	if t.added += added; t.added >= t.rules.Rows/8 {
		t.added = 0
		if _, err := t.Sweep(ctx); err != nil {
			t.cfg.Log.Warn("login counters could not be trimmed", "err", err)
		}
	}
	return decided, nil
}

// durability is what ops must outlast. A failure is durable before anybody is told of it.
// A reservation that the machine loses on its way to the disk was of an attempt that
// nobody was told the outcome of: a failure would have taken it to the disk, and so would
// the session that a success makes. To lose one that was given back is the safe side.
func durability(ops []*op) Durability {
	if slices.ContainsFunc(ops, func(o *op) bool { return o.what == failed }) {
		return Durable
	}
	return Ordered
}

// learn notes which counter refused an attempt, and that none of those do that granted
// one.
func (t *Throttle) learn(o *op) {
	switch {
	case o.what != reserve:
	case o.blocked != nil:
		if len(t.refusing) >= refusingMost {
			clear(t.refusing)
		}
		t.refusing[o.blockedBy] = true
	case len(t.refusing) > 0 && !o.full:
		for _, p := range o.attempt.parts {
			delete(t.refusing, p.key)
		}
	}
}

// refusingMost bounds the counters that are known to refuse. Forgetting them costs a
// transaction each.
const refusingMost = 1000

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
