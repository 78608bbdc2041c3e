package session

import (
	"crypto/subtle"
	"encoding/binary"
	"sync"
	"time"
)

// table is the live sessions that this process has checked. It holds no pointers per
// session: records lie in fixed chunks, found through open addressing, so that a
// million of them cost the garbage collector nothing and about 100 bytes each.
//
// The digests are their own hash: their bytes are uniformly distributed. Half of each
// digest is kept, 128 bits, which is as much as the secrets have.
type table struct {
	shards [tableShards]shard
	extras extras
}

const (
	tableShards = 256
	halfDigest  = 16
	// chunkSize is how many records come in one piece: to the collector a piece is an
	// object, and what it does for a million sessions is in proportion to their number.
	chunkSize = 512
)

type shard struct {
	mu sync.Mutex
	// version rises with every removal. A record read from the store may be filled in
	// only if nothing was removed since before the read: so nothing dead comes back.
	version uint64
	slots   []uint32 // 0 empty, else 1 + number of the record; length a power of two
	chunks  []*[chunkSize]entry
	used    uint32 // records handed out so far
	free    uint32 // 1 + number of the first free record, chained through account
	count   uint32
}

// entry is a Record without pointers. Times are Unix microseconds.
type entry struct {
	id, key [halfDigest]byte
	public  PublicID
	account uint32 // number in identities
	extra   uint32 // number in extras, 0 for none
	flags   entryFlags
	seen    int64
	flushed int64 // the last seen that went to the store
	end     int64
	idle    int64
}

type entryFlags uint8

const (
	flagServer entryFlags = 1 << iota
	flagReadOnly
)

// expired tells whether the session is over at now, in Unix microseconds.
func (e *entry) expired(now int64) bool {
	return now >= e.end || e.idle > 0 && now >= e.seen+e.idle
}

func (e *entry) keyMatches(key Digest) bool {
	return subtle.ConstantTimeCompare(e.key[:], key[:halfDigest]) == 1
}

func (t *table) shard(id Digest) *shard { return &t.shards[id[0]] }

func (s *shard) at(n uint32) *entry { return &s.chunks[n/chunkSize][n%chunkSize] }

// find gives the slot that holds id, or the empty slot where it would go. The shard
// is locked and has slots.
func (s *shard) find(id []byte) (slot uint32, e *entry) {
	mask := uint32(len(s.slots) - 1)
	slot = binary.LittleEndian.Uint32(id[1:]) & mask
	for ; s.slots[slot] != 0; slot = (slot + 1) & mask {
		if e := s.at(s.slots[slot] - 1); [halfDigest]byte(id) == e.id {
			return slot, e
		}
	}
	return slot, nil
}

// get copies the entry of id.
func (t *table) get(id Digest) (e entry, version uint64, ok bool) {
	s := t.shard(id)
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.count > 0 {
		if _, found := s.find(id[:halfDigest]); found != nil {
			return *found, s.version, true
		}
	}
	return entry{}, s.version, false
}

// put stores an entry unless something was removed from its shard since version was
// read. A newer use already known is kept.
func (t *table) put(id Digest, e entry, version uint64) {
	s := t.shard(id)
	s.mu.Lock()
	defer s.mu.Unlock()
	if version != s.version {
		t.extras.release(e.extra)
		return
	}
	if int(s.count+1)*4 > len(s.slots)*3 {
		s.grow()
	}
	slot, found := s.find(id[:halfDigest])
	if found != nil {
		t.extras.release(found.extra)
		e.seen, e.flushed = max(e.seen, found.seen), max(e.flushed, found.flushed)
		*found = e
		return
	}
	n := s.alloc()
	*s.at(n) = e
	s.slots[slot] = n + 1
	s.count++
}

func (s *shard) alloc() uint32 {
	if s.free != 0 {
		n := s.free - 1
		s.free = s.at(n).account
		return n
	}
	if int(s.used) == len(s.chunks)*chunkSize {
		s.chunks = append(s.chunks, new([chunkSize]entry))
	}
	s.used++
	return s.used - 1
}

func (s *shard) grow() {
	old := s.slots
	s.slots = make([]uint32, max(8, 2*len(old)))
	for _, n := range old {
		if n != 0 {
			slot, _ := s.find(s.at(n - 1).id[:])
			s.slots[slot] = n
		}
	}
}

// remove takes id out, and bumps the version whether it was there or not: a fill for
// it may be on its way.
func (t *table) remove(id Digest) {
	s := t.shard(id)
	s.mu.Lock()
	defer s.mu.Unlock()
	s.version++
	if s.count > 0 {
		if slot, e := s.find(id[:halfDigest]); e != nil {
			t.extras.release(e.extra)
			s.removeAt(slot)
		}
	}
}

// removeAt empties a slot and moves later entries of the same run back, so that no
// tombstones are needed.
func (s *shard) removeAt(slot uint32) {
	mask := uint32(len(s.slots) - 1)
	n := s.slots[slot] - 1
	*s.at(n) = entry{account: s.free}
	s.free = n + 1
	s.count--
	hole := slot
	for next := (slot + 1) & mask; s.slots[next] != 0; next = (next + 1) & mask {
		home := binary.LittleEndian.Uint32(s.at(s.slots[next] - 1).id[1:]) & mask
		if (next-home)&mask >= (next-hole)&mask {
			s.slots[hole] = s.slots[next]
			hole = next
		}
	}
	s.slots[hole] = 0
}

// touch notes a use at now. due tells that the store should hear of it: the last use
// it knows is older than interval.
func (t *table) touch(id Digest, now int64, interval time.Duration) (due bool) {
	s := t.shard(id)
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.count == 0 {
		return false
	}
	_, e := s.find(id[:halfDigest])
	if e == nil {
		return false
	}
	e.seen = max(e.seen, now)
	if now-e.flushed < interval.Microseconds() {
		return false
	}
	e.flushed = now
	return true
}

// sweep removes what is expired at now.
func (t *table) sweep(now int64) {
	for i := range t.shards {
		s := &t.shards[i]
		s.mu.Lock()
		for slot := 0; slot < len(s.slots); {
			if n := s.slots[slot]; n != 0 && s.at(n-1).expired(now) {
				s.version++
				t.extras.release(s.at(n - 1).extra)
				s.removeAt(uint32(slot)) // something else may have moved in: look again
				continue
			}
			slot++
		}
		s.mu.Unlock()
	}
}

// clear drops everything.
func (t *table) clear() {
	for i := range t.shards {
		s := &t.shards[i]
		s.mu.Lock()
		version := s.version + 1
		s.slots, s.chunks, s.used, s.free, s.count = nil, nil, 0, 0, 0
		s.version = version
		s.mu.Unlock()
	}
	t.extras.clear()
}

// len counts the sessions.
func (t *table) len() int {
	n := 0
	for i := range t.shards {
		s := &t.shards[i]
		s.mu.Lock()
		n += int(s.count)
		s.mu.Unlock()
	}
	return n
}
