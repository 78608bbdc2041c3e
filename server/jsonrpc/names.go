package jsonrpc

import (
	"hash/maphash"
	"math/bits"
)

// few is up to how many names are compared each with each.
const few = 12

// distinct tells whether no two members of the object at node n have the same name.
func (t *tape) distinct(n int) bool {
	count := int(t.nodes[n].count)
	if count > few {
		return t.distinctMany(n, count)
	}
	var names [few]string
	for k, i := 0, n+1; k < count; k++ {
		name := t.text(i)
		for _, other := range names[:k] {
			if other == name {
				return false
			}
		}
		names[k] = name
		i = t.after(i + 1)
	}
	return true
}

func (t *tape) distinctMany(n, count int) bool {
	t.names.expect(count)
	defer t.names.forget()
	for k, i := 0, n+1; k < count; k++ {
		if !t.names.add(t.text(i)) {
			return false
		}
		i = t.after(i + 1)
	}
	return true
}

// nameSet finds a name that comes twice, in a time that no choice of names can drive
// up. It is empty between uses.
type nameSet struct {
	seed  maphash.Seed
	slots []string // open addressing, at most half full; "" is a free one
	empty bool     // the empty name is in the set
}

// expect makes room for n names.
func (s *nameSet) expect(n int) {
	size := 1 << bits.Len(uint(2*n-1))
	if cap(s.slots) < size {
		s.seed, s.slots = maphash.MakeSeed(), make([]string, size)
	}
	s.slots = s.slots[:size]
}

// add tells whether name was not in the set.
func (s *nameSet) add(name string) bool {
	if name == "" {
		was := s.empty
		s.empty = true
		return !was
	}
	mask := uint64(len(s.slots) - 1)
	for i := maphash.String(s.seed, name) & mask; ; i = (i + 1) & mask {
		switch s.slots[i] {
		case "":
			s.slots[i] = name
			return true
		case name:
			return false
		}
	}
}

func (s *nameSet) forget() {
	clear(s.slots)
	s.empty = false
}

// trim gives back storage that an unusually large object made grow.
func (s *nameSet) trim() {
	const most = 1 << 12
	if cap(s.slots) > most {
		s.slots = nil
	}
}
