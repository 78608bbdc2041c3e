package session

import (
	"crypto/sha256"
	"fmt"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"
)

// collidingID gives digests that share a shard and often a slot, so that runs in the
// open addressing are long.
func collidingID(n int) Digest {
	d := sha256.Sum256(fmt.Append(nil, n))
	d[0], d[1], d[2], d[3], d[4] = 7, byte(n%3), 0, 0, 0
	return d
}

// TestTableIsAMap compares the table with a map over random histories.
func TestTableIsAMap(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		var table table
		model := map[int]entry{}
		for range rapid.IntRange(1, 200).Draw(t, "steps") {
			n := rapid.IntRange(0, 40).Draw(t, "session")
			id := collidingID(n)
			switch rapid.IntRange(0, 4).Draw(t, "step") {
			case 0, 1:
				e := entry{public: PublicID{byte(n)}, seen: int64(n), end: int64(1000 + n)}
				copy(e.id[:], id[:])
				_, version, _ := table.get(id)
				table.put(id, e, version)
				if old, ok := model[n]; ok {
					e.seen, e.flushed = max(e.seen, old.seen), max(e.flushed, old.flushed)
				}
				model[n] = e
			case 2:
				table.remove(id)
				delete(model, n)
			case 3:
				now := int64(rapid.IntRange(0, 900).Draw(t, "use"))
				table.touch(id, now, time.Hour)
				if e, ok := model[n]; ok {
					e.seen = max(e.seen, now)
					model[n] = e
				}
			case 4:
				now := int64(rapid.IntRange(990, 1050).Draw(t, "sweep"))
				table.sweep(now)
				for k, e := range model {
					if e.expired(now) {
						delete(model, k)
					}
				}
			}
		}
		if table.len() != len(model) {
			t.Fatalf("%d sessions, want %d", table.len(), len(model))
		}
		for n := range 41 {
			got, _, ok := table.get(collidingID(n))
			want, wanted := model[n]
			if ok != wanted || got != want {
				t.Fatalf("session %d: %+v %v, want %+v %v", n, got, ok, want, wanted)
			}
		}
	})
}

// TestFillAfterRemoval: a record that was read before a removal must not be filled in
// after it, or the dead session would live on in memory.
func TestFillAfterRemoval(t *testing.T) {
	var table table
	id := collidingID(1)
	_, version, _ := table.get(id)
	table.remove(id)
	table.put(id, entry{end: 1}, version)
	if _, _, ok := table.get(id); ok {
		t.Fatal("a removed session came back")
	}
	_, version, _ = table.get(id)
	table.clear()
	table.put(id, entry{end: 1}, version)
	if table.len() != 0 {
		t.Fatal("a session came back after everything was dropped")
	}
}

func TestTouchIsDueOncePerInterval(t *testing.T) {
	var table table
	id := collidingID(1)
	e := entry{end: 1 << 40}
	copy(e.id[:], id[:])
	_, version, _ := table.get(id)
	table.put(id, e, version)
	for _, step := range []struct {
		at  time.Duration
		due bool
	}{{59 * time.Second, false}, {60 * time.Second, true}, {61 * time.Second, false}, {119 * time.Second, false}, {120 * time.Second, true}} {
		if due := table.touch(id, step.at.Microseconds(), time.Minute); due != step.due {
			t.Errorf("a use after %s: due %v, want %v", step.at, due, step.due)
		}
	}
}

func TestParsePairIsExact(t *testing.T) {
	const id, key = "cf5c5534307562fc57915608377db007", "2fe54daa11c8d52116788aa3f93cb70e"
	if p, ok := ParsePair(id + ":" + key); !ok || p.ID.Reveal() != id || p.Key.Reveal() != key {
		t.Fatal("a good pair was not read")
	}
	for _, bad := range []string{
		"", ":", id, id + ":", ":" + key, id + key, id + ":" + key + " ", " " + id + ":" + key,
		id + ":" + key[1:], id + "0:" + key, id + ":" + key + "0", id + "::" + key[1:],
		"CF5C5534307562FC57915608377DB007:" + key, id + ":" + "2FE54DAA11C8D52116788AA3F93CB70E",
		"gf5c5534307562fc57915608377db007:" + key, id + ":" + key[:31] + "\x00",
	} {
		if _, ok := ParsePair(bad); ok {
			t.Errorf("%q was read as a pair", bad)
		}
	}
}

func TestSecretsDoNotPrint(t *testing.T) {
	p, _ := ParsePair("cf5c5534307562fc57915608377db007:2fe54daa11c8d52116788aa3f93cb70e")
	for _, text := range []string{fmt.Sprint(p), fmt.Sprintf("%v %+v %#v %s %x", p, p, p, p.ID, p.Key), fmt.Sprintf("%#v", Password("gump")), fmt.Sprint(Password("gump"))} {
		for _, secret := range []string{"cf5c", "2fe5", "gump", "207 92"} {
			if strings.Contains(text, secret) {
				t.Errorf("%q shows a secret", text)
			}
		}
	}
}
