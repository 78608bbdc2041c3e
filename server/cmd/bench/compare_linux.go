package main

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"time"
)

// contest is a base and a target that were measured in turn.
type contest struct{ base, target []sample }

// compare measures both in turn, round by round, each first in every second round.
func compare(ctx context.Context, base, target *load, rounds int, d time.Duration) (c contest, err error) {
	measure := func(l *load, to *[]sample) {
		if err != nil {
			return
		}
		var s sample
		if s, err = l.run(d, 0); err == nil {
			*to = append(*to, s)
		}
	}
	for i := range rounds + 1 {
		if err := ctx.Err(); err != nil {
			return c, err
		}
		if i%2 == 0 {
			measure(base, &c.base)
			measure(target, &c.target)
		} else {
			measure(target, &c.target)
			measure(base, &c.base)
		}
		if err != nil {
			return c, err
		}
		if i == 0 { // the first round warms up
			c = contest{}
		}
	}
	return c, nil
}

// figures of a sample.
var (
	rate         = func(s sample) float64 { return s.rate }
	p50          = func(s sample) float64 { return float64(s.p50) }
	p99          = func(s sample) float64 { return float64(s.p99) }
	cpu          = func(s sample) float64 { return float64(s.cpu) }
	instructions = func(s sample) float64 { return s.instructions }
)

// ratio is target by base: the median over the rounds, and the extremes.
type ratio struct{ median, least, most float64 }

func (c contest) ratio(figure func(sample) float64) ratio {
	var all []float64
	for i := range c.base {
		if b := figure(c.base[i]); b > 0 {
			all = append(all, figure(c.target[i])/b)
		}
	}
	if len(all) == 0 {
		return ratio{}
	}
	return ratio{median(all), slices.Min(all), slices.Max(all)}
}

// times gives the ratio where the target's sample counts n things as one.
func (r ratio) times(n float64) ratio { return ratio{r.median * n, r.least * n, r.most * n} }

func (r ratio) String() string { return fmt.Sprintf("%.2f (%.2f-%.2f)", r.median, r.least, r.most) }

func median[T cmp.Ordered](all []T) T {
	sorted := slices.Sorted(slices.Values(all))
	return sorted[len(sorted)/2]
}

// line describes one side in absolute figures.
func line(name string, all []sample) string {
	of := func(figure func(sample) float64) float64 {
		var values []float64
		for _, s := range all {
			values = append(values, figure(s))
		}
		return median(values)
	}
	text := fmt.Sprintf("  %-28s %8.0f calls/s   p50 %7.0f us   p99 %7.0f us   CPU %7.1f us/call",
		name, of(rate), of(p50)/1e3, of(p99)/1e3, of(cpu)/1e3)
	if n := of(instructions); n > 0 {
		text += fmt.Sprintf("   %.1f kinsn", n/1e3)
	}
	return text
}
