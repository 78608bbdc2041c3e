package session_test

import (
	"context"
	"crypto/rand"
	"fmt"
	"net/netip"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"countersign/session"
	"countersign/session/account"
	"countersign/session/localauth"
	"countersign/session/password"
	"countersign/session/throttle"
	"countersign/session/verify"
	"countersign/sql"
	"countersign/sql/sqltest"
)

// oneWorker is a verify.Runner that takes one job at a time, says yes and spends the
// time of a hash without the work of one: what is left is the price of a login beside
// its hash.
type oneWorker struct{ turn sync.Mutex }

// hashTime is about what a hash takes.
const hashTime = 5 * time.Millisecond

func (w *oneWorker) Run(context.Context, verify.Job) ([]byte, error) {
	w.turn.Lock()
	defer w.turn.Unlock()
	time.Sleep(hashTime)
	return []byte{1}, nil
}

// BenchmarkLogin is a password login without its hash, one after the other and four at
// a time before one worker, on databases that sync: µs of this process's CPU, the
// kernel's work for it included. With -cpu 1 it is what the server adds to a hash.
func BenchmarkLogin(b *testing.B) {
	engines := map[string]func(testing.TB, ...sql.Option) *sql.DB{"sqlite": sqltest.SQLite, "postgres": sqltest.DurablePostgres}
	for engine, open := range engines {
		b.Run(engine, func(b *testing.B) {
			for _, clients := range []int{1, 4} {
				db := open(b)
				b.Run(fmt.Sprintf("clients=%d", clients), func(b *testing.B) { benchmarkLogin(b, db, clients) })
			}
		})
	}
}

func benchmarkLogin(b *testing.B, db *sql.DB, clients int) {
	m, names := loginService(b, db)
	var next atomic.Int64
	before := cpuTime(b)
	b.ResetTimer()
	var all sync.WaitGroup
	for i := range clients {
		peer := netip.AddrFrom4([4]byte{127, 0, 1, byte(i)})
		all.Go(func() {
			for n := next.Add(1); n <= int64(b.N); n = next.Add(1) {
				_, err := m.Login(b.Context(), session.Credentials{
					Kind: account.User, Name: names[n%int64(len(names))], Password: "right and proper", Peer: peer,
				}, session.Terms{})
				if err != nil {
					b.Error(err)
					return
				}
			}
		})
	}
	all.Wait()
	b.StopTimer()
	b.ReportMetric(float64((cpuTime(b)-before).Microseconds())/float64(b.N), "cpu-us/login")
}

// loginService is what a service logs in with, running, with 64 accounts.
func loginService(b *testing.B, db *sql.DB) (*session.Manager, []string) {
	b.Helper()
	th, err := throttle.New(b.Context(), throttle.Config{Store: db.Throttle()})
	must(b, err)
	auth, err := localauth.New(localauth.Config{Accounts: db.Accounts(), Runner: &oneWorker{}})
	must(b, err)
	m, err := session.NewManager(session.Config{
		Sessions: db.Sessions(), Accounts: db.Accounts(), Authenticator: auth,
		Throttle: throttle.Gate{Throttle: th}, PerAccount: session.DefaultPerAccount,
	})
	must(b, err)
	m.Start()
	b.Cleanup(func() {
		must(b, m.Close(context.Background()))
		th.Close()
	})
	hash, err := password.Dummy(zeros{}, password.DefaultParams)
	must(b, err)
	var names []string
	for n := range 64 {
		name := fmt.Sprintf("storm-%s-%d", rand.Text(), n)
		_, err := db.Accounts().Add(b.Context(), account.Account{Kind: account.User, Name: name, PasswordHash: hash})
		must(b, err)
		names = append(names, name)
	}
	return m, names
}

type zeros struct{}

func (zeros) Read(p []byte) (int, error) { clear(p); return len(p), nil }

// cpuTime is this process's time on the CPU.
func cpuTime(b *testing.B) time.Duration {
	b.Helper()
	var u syscall.Rusage
	must(b, syscall.Getrusage(syscall.RUSAGE_SELF, &u))
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}
