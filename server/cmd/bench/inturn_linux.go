package main

import "context"

// inTurn measures both round by round, each first in every second round. A first round
// more than asked for warms up.
func inTurn[T any](ctx context.Context, rounds int, base, target func() (T, error)) (bases, targets []T, err error) {
	for i := range rounds + 1 {
		if err := ctx.Err(); err != nil {
			return nil, nil, err
		}
		var one, other T
		if i%2 == 0 {
			if one, err = base(); err == nil {
				other, err = target()
			}
		} else {
			if other, err = target(); err == nil {
				one, err = base()
			}
		}
		if err != nil {
			return nil, nil, err
		}
		if i > 0 {
			bases, targets = append(bases, one), append(targets, other)
		}
	}
	return bases, targets, nil
}
