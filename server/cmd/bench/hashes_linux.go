package main

import (
	"context"
	"fmt"
	"time"
)

// loginsBeside compares logins with the bare hashing in them, each with the CPU for
// itself.
func (b *bench) loginsBeside(ctx context.Context, server *process, storm, loop *chore) error {
	rounds := b.rounds
	if b.quick {
		rounds = max(3, rounds/2)
	}
	b.say("\nPassword logins, %d clients, and a bare loop of the same verification", stormClients)
	bare, logins, err := inTurn(ctx, rounds,
		func() (work, error) { return b.counted(ctx, loop, loop.cpu) },
		func() (work, error) { return b.counted(ctx, storm, server.workers, server.cpu) })
	if err != nil {
		return err
	}
	var all, hashing contest // by rate and the whole CPU time; by the workers' CPU time
	for i, bare := range bare {
		login := logins[i]
		b.say("  bare loop %5.1f/s, CPU %5.2f ms   logins %5.1f/s, CPU %5.2f ms in the worker, %4.2f ms in the server",
			bare.rate, milliseconds(bare.cpu[0]), login.rate, milliseconds(login.cpu[0]), milliseconds(login.cpu[1]))
		all.base = append(all.base, sample{rate: bare.rate, cpu: bare.cpu[0]})
		all.target = append(all.target, sample{rate: login.rate, cpu: login.cpu[0] + login.cpu[1]})
		hashing.target = append(hashing.target, sample{cpu: login.cpu[0]})
	}
	hashing.base = all.base
	if share := share(all.base); share < quietShare {
		b.say("  no verdict: the bare loop had %.2f of the CPU, other work the rest", share)
		b.note("20", "password logins/s by a bare loop of the hash, on a busy machine", all.ratio(rate).String())
	} else {
		b.atLeast("20", "password logins/s by a bare loop of the hash", 0.97, all.ratio(rate))
	}
	// What the rates come to where server and worker share one CPU and nothing else runs.
	b.atLeast("20", "CPU of the hash by that of a login, worker and server", 0.97, all.inverse().ratio(cpu))
	b.note("20", "the same, the worker alone", hashing.inverse().ratio(cpu).String())
	return nil
}

func (c contest) inverse() contest { return contest{c.target, c.base} }

func milliseconds(d time.Duration) float64 { return float64(d.Microseconds()) / 1e3 }

// work is one round of a chore: how often a second, and what CPU time each took by
// some clocks.
type work struct {
	rate float64
	cpu  []time.Duration
}

func (b *bench) counted(ctx context.Context, c *chore, clocks ...func() (time.Duration, error)) (w work, err error) {
	before, err := look(clocks)
	if err != nil {
		return w, err
	}
	if err := c.begin(); err != nil {
		return w, err
	}
	select {
	case <-time.After(b.round):
	case <-ctx.Done():
	}
	t, err := c.end()
	if err != nil {
		return w, err
	}
	after, err := look(clocks)
	if err != nil {
		return w, err
	}
	if t.Rate == 0 || t.Busy > 0 {
		return w, fmt.Errorf("a round of %d done and %d refused as busy", t.Done, t.Busy)
	}
	w.rate = t.Rate
	for i := range clocks {
		w.cpu = append(w.cpu, (after[i]-before[i])/time.Duration(t.Done+t.Late))
	}
	return w, nil
}

func look(clocks []func() (time.Duration, error)) ([]time.Duration, error) {
	times := make([]time.Duration, len(clocks))
	for i, clock := range clocks {
		var err error
		if times[i], err = clock(); err != nil {
			return nil, err
		}
	}
	return times, nil
}
