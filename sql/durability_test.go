package sql_test

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"countersign/session"
	"countersign/sql"
	"countersign/sql/sqltest"
)

// TestKill9 kills a process again and again while it makes and ends sessions. What it
// had acknowledged in its ledger must hold afterwards: no session is lost, no ended
// one is back (requirements REL-1).
func TestKill9(t *testing.T) {
	t.Run("sqlite", func(t *testing.T) { kill9(t, sqltest.SQLiteURL(t)) })
	t.Run("postgres", func(t *testing.T) { kill9(t, sqltest.DurablePostgresURL(t)) })
}

func kill9(t *testing.T, url string) {
	const cycles = 20
	acknowledged := 0
	for cycle := range cycles {
		var books []string
		var storms []*process
		for i := range 2 {
			book := filepath.Join(t.TempDir(), fmt.Sprintf("ledger-%d", i))
			p := spawn(t, "storm", url, book, strconv.Itoa(cycle*2+i))
			storms, books = append(storms, p), append(books, book)
		}
		for _, p := range storms {
			p.await(t, "storm")
		}
		time.Sleep(rand.N(120 * time.Millisecond)) // any moment will do
		for _, p := range storms {
			if err := p.Process.Kill(); err != nil {
				t.Fatal(err)
			}
			err := p.Wait()
			if status := p.ProcessState.Sys().(syscall.WaitStatus); status.Signal() != syscall.SIGKILL {
				t.Fatalf("the process ended by itself: %v", err)
			}
		}
		began := time.Now()
		db := sqltest.Open(t, url)
		if took := time.Since(began); took > 2*time.Second {
			t.Errorf("open again after %v", took)
		}
		for _, book := range books {
			acknowledged += audit(t, db.Sessions(), book)
		}
		if err := db.Close(); err != nil {
			t.Fatal(err)
		}
	}
	t.Logf("%d acknowledged steps in %d cycles", acknowledged, cycles)
	if acknowledged < cycles {
		t.Errorf("only %d acknowledged steps: the test proves nothing", acknowledged)
	}
}

// storm makes and ends sessions until it is killed. It notes what it is about to do
// and, in upper case, what was acknowledged.
func storm(t *testing.T, url, book, seed string) {
	db := sqltest.Open(t, url)
	ledger, err := os.OpenFile(book, os.O_CREATE|os.O_WRONLY|os.O_APPEND, 0o600)
	if err != nil {
		t.Fatal(err)
	}
	s := db.Sessions()
	note := func(step string, from, to int) {
		if _, err := fmt.Fprintln(ledger, step, from, to); err != nil {
			t.Fatal(err)
		}
	}
	base, err := strconv.Atoi(seed)
	if err != nil {
		t.Fatal(err)
	}
	fmt.Println("storm")
	for n := base * 1_000_000; ; {
		from, to := n, n+1+rand.IntN(5)
		n = to
		note("insert", from, to)
		if err := s.Insert(t.Context(), someRecords(from, to)); err != nil {
			t.Fatal(err)
		}
		note("INSERT", from, to)
		if rand.IntN(3) == 0 {
			continue // this one stays
		}
		note("delete", from, to-1)
		if _, err := s.Delete(t.Context(), someIDs(from, to-1)); err != nil {
			t.Fatal(err)
		}
		note("DELETE", from, to-1)
	}
}

// audit compares the sessions with a ledger, and counts its acknowledged steps.
func audit(t *testing.T, s session.Store, book string) (acknowledged int) {
	t.Helper()
	text, err := os.ReadFile(book)
	if err != nil {
		t.Fatal(err)
	}
	want := map[int]string{}
	var step string
	var from, to int
	for line := range strings.Lines(string(text)) {
		if _, err := fmt.Sscan(line, &step, &from, &to); err != nil {
			t.Fatal(err)
		}
		if step == strings.ToUpper(step) {
			acknowledged++
		}
		for n := from; n < to; n++ {
			want[n] = step
		}
	}
	alive := map[int]bool{}
	for n, step := range want {
		_, err := s.Get(t.Context(), someIDs(n, n+1)[0])
		if err != nil && !errors.Is(err, session.ErrNotFound) {
			t.Fatal(err)
		}
		alive[n] = err == nil
		switch {
		case step == "INSERT" && !alive[n]:
			t.Errorf("session %d was acknowledged and is lost", n)
		case step == "DELETE" && alive[n]:
			t.Errorf("the end of session %d was acknowledged and is undone", n)
		}
	}
	// The last step may be unfinished: then it is done wholly or not at all.
	for n := from; n < to; n++ {
		if alive[n] != alive[from] {
			t.Errorf("%s %d %d was done by halves", step, from, to)
		}
	}
	return acknowledged
}

// TestDurablySet: a crash of the machine cannot be had in a test, but the setting on
// which surviving it depends can be read.
func TestDurablySet(t *testing.T) {
	url := sqltest.PostgresURL(t)
	if _, err := sql.Open(t.Context(), url); err == nil || !strings.Contains(err.Error(), "set fsync=on") {
		t.Errorf("a server without fsync: %v", err)
	}
	lazy := sqltest.DurablePostgresURL(t) + "&synchronous_commit=off"
	if _, err := sql.Open(t.Context(), lazy); err == nil || !strings.Contains(err.Error(), "set synchronous_commit=on") {
		t.Errorf("a server without synchronous_commit: %v", err)
	}
	sqltest.DurablePostgres(t)
}

func someIDs(from, to int) (ids []session.Digest) {
	for n := from; n < to; n++ {
		var id session.Digest
		copy(id[:], fmt.Sprintf("session %d", n))
		ids = append(ids, id)
	}
	return ids
}

func someRecords(from, to int) (records []session.Record) {
	at := time.UnixMicro(1_900_000_000_000_000).UTC()
	for i, id := range someIDs(from, to) {
		r := session.Record{ID: id, Account: "a", Created: at, Seen: at, End: at.Add(time.Hour)}
		copy(r.Public[:], fmt.Sprintf("%08x", from+i))
		records = append(records, r)
	}
	return records
}
