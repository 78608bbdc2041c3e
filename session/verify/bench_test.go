package verify

import (
	"bytes"
	"context"
	"sync"
	"syscall"
	"testing"
	"time"

	"countersign/session/password"
)

// BenchmarkPoolAgainstLoop verifies the same password through a pool and in a bare
// loop, turn by turn in the same run, with as many at once as there are CPUs. The
// metric pool/loop is the ratio of verifications per second. The workers yield to
// everything else on the machine and the loop does not, so cpu-loop/pool, the same
// ratio by CPU time (workers' start included), is the one to read when it is not idle.
func BenchmarkPoolAgainstLoop(b *testing.B) {
	const batch = 16
	encoded, err := password.Hash(bytes.NewReader(make([]byte, 16)), password.DefaultParams, []byte(secretInUse))
	if err != nil {
		b.Fatal(err)
	}
	workers := Limits{}.withDefaults().Workers
	pool := newPool(b, Config{})
	spread := func(verify func() (bool, error)) time.Duration {
		start := time.Now()
		var wg sync.WaitGroup
		for range workers {
			wg.Go(func() {
				for range batch {
					if ok, err := verify(); !ok || err != nil {
						b.Errorf("%v, %v", ok, err)
					}
				}
			})
		}
		wg.Wait()
		return time.Since(start)
	}
	bare := func() (bool, error) { return password.Verify(encoded, []byte(secretInUse)) }
	pooled := func() (bool, error) {
		return VerifyPassword(context.Background(), pool, encoded, []byte(secretInUse))
	}
	spread(pooled)
	spread(bare)

	var inPool, inLoop, cpuPool, cpuLoop time.Duration
	children := cpuTime(b, syscall.RUSAGE_CHILDREN)
	for b.Loop() {
		start := cpuTime(b, syscall.RUSAGE_SELF)
		inPool += spread(pooled)
		middle := cpuTime(b, syscall.RUSAGE_SELF)
		inLoop += spread(bare)
		cpuPool += middle - start
		cpuLoop += cpuTime(b, syscall.RUSAGE_SELF) - middle
	}
	if err := pool.Close(context.Background()); err != nil {
		b.Fatal(err)
	}
	// The kernel counts the children when they are reaped: with the round
	// before the timed ones, so that is taken off by its share.
	rounds := time.Duration(b.N)
	cpuPool += (cpuTime(b, syscall.RUSAGE_CHILDREN) - children) * rounds / (rounds + 1)
	jobs := float64(b.N * workers * batch)
	b.ReportMetric(jobs/inPool.Seconds(), "pool/s")
	b.ReportMetric(jobs/inLoop.Seconds(), "loop/s")
	b.ReportMetric(inLoop.Seconds()/inPool.Seconds(), "pool/loop")
	b.ReportMetric(cpuLoop.Seconds()/cpuPool.Seconds(), "cpu-loop/pool")
	b.ReportMetric(0, "ns/op")
}

// cpuTime returns the user and system time of this process or of its children.
func cpuTime(b *testing.B, who int) time.Duration {
	var u syscall.Rusage
	if err := syscall.Getrusage(who, &u); err != nil {
		b.Fatal(err)
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}

// BenchmarkEcho is the cost of a job that does nothing: what the pool adds.
func BenchmarkEcho(b *testing.B) {
	pool := newPool(b, Config{MaxUses: 1 << 30})
	payload := make([]byte, 128)
	for b.Loop() {
		if _, err := pool.Run(context.Background(), Job{Kind: kindEcho, Payload: payload}); err != nil {
			b.Fatal(err)
		}
	}
}
