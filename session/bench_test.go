package session

import (
	"context"
	"encoding/binary"
	"fmt"
	"math/rand/v2"
	"runtime"
	"testing"
	"time"

	"countersign/session/account"
)

// quietStore is a store that has nothing to tell and must not be asked for anything
// else: a method that is not here panics.
type quietStore struct{ Store }

func (quietStore) Changes(context.Context, int64) ([]Change, int64, error) { return nil, 0, nil }

// oneAccount is a store of accounts that all have the same rights.
type oneAccount struct{ account.Store }

func (oneAccount) Get(_ context.Context, id string) (account.Account, error) {
	return account.Account{ID: id, Kind: account.User, Name: id, Number: 500, Grants: []string{"addressbook"}}, nil
}

type noLogin struct{ Authenticator }

// pairOf numbers pairs without keeping them.
func pairOf(n uint64) Pair {
	var p Pair
	binary.LittleEndian.PutUint64(p.ID[:], n)
	binary.LittleEndian.PutUint64(p.Key[:], ^n)
	return p
}

// loaded gives a Manager that has n sessions of a hundred accounts in memory.
func loaded(b *testing.B, n int) *Manager {
	b.Helper()
	m, err := NewManager(Config{Sessions: quietStore{}, Accounts: oneAccount{}, Authenticator: noLogin{}})
	if err != nil {
		b.Fatal(err)
	}
	if err := m.CatchUp(b.Context()); err != nil {
		b.Fatal(err)
	}
	now := time.Now()
	for i := range n {
		p := pairOf(uint64(i))
		r := Record{
			ID: p.ID.Digest(), Key: p.Key.Digest(), Account: fmt.Sprintf("account%d", i%100),
			Created: now, Seen: now, End: now.Add(DefaultAbsolute), Idle: DefaultIdle,
		}
		binary.LittleEndian.PutUint64(r.Public[:], uint64(i))
		_, version, _ := m.table.get(r.ID)
		e, err := m.entryOf(&r)
		if err != nil {
			panic(err)
		}
		m.table.put(r.ID, e, version)
		keepLease(b, m, i)
	}
	return m
}

// keepLease renews what a Manager's background work would, every so many checks.
func keepLease(b *testing.B, m *Manager, i int) {
	if i&0xffff == 0 {
		if err := m.CatchUp(b.Context()); err != nil {
			b.Fatal(err)
		}
	}
}

// BenchmarkCheck proves and touches random sessions among many.
func BenchmarkCheck(b *testing.B) {
	for _, n := range []int{1, 1_000, 100_000, 1_000_000} {
		b.Run(fmt.Sprintf("sessions=%d", n), func(b *testing.B) {
			m := loaded(b, n)
			random := rand.New(rand.NewPCG(1, 2))
			b.ReportAllocs()
			i := 0
			for b.Loop() {
				i++
				keepLease(b, m, i)
				s, err := m.Check(b.Context(), pairOf(random.Uint64N(uint64(n))))
				if err != nil {
					b.Fatal(err)
				}
				m.Touch(&s)
			}
		})
	}
}

// BenchmarkCheckParallel is BenchmarkCheck from every CPU at once.
func BenchmarkCheckParallel(b *testing.B) {
	const n = 100_000
	m := loaded(b, n)
	b.RunParallel(func(pb *testing.PB) {
		random := rand.New(rand.NewPCG(1, rand.Uint64()))
		for i := 1; pb.Next(); i++ {
			keepLease(b, m, i)
			if _, err := m.Check(b.Context(), pairOf(random.Uint64N(n))); err != nil {
				b.Error(err)
				return
			}
		}
	})
}

// BenchmarkMillion is what a million sessions cost besides time: bytes of heap each,
// and a full garbage collection with nothing else in the heap.
func BenchmarkMillion(b *testing.B) {
	const n = 1_000_000
	before := liveHeap()
	m := loaded(b, n)
	perSession := float64(liveHeap()-before) / n
	for b.Loop() {
		runtime.GC()
	}
	b.ReportMetric(perSession, "B/session")
	if m.Cached() != n {
		b.Fatalf("%d sessions, want %d", m.Cached(), n)
	}
}

func liveHeap() uint64 {
	runtime.GC()
	runtime.GC() // the second one finishes the sweep of the first
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return m.HeapAlloc
}
