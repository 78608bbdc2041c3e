package jsonrpc

// kind is what a node is.
type kind uint8

const (
	kindNull kind = iota
	kindFalse
	kindTrue
	kindInteger // a number without fraction and exponent
	kindNumber
	kindString
	kindArray
	kindObject
)

// node is one value, or one member's name. The members of an object and the items of an
// array stand behind it; a name is a kindString in front of its value.
type node struct {
	start, end uint32 // its text in the document: a string's without the quotes, a container's with the brackets
	next       uint32 // of a container: the node behind everything in it
	count      uint32 // of a container: its items, or members
	kind       kind
	escaped    bool // a string with escapes in it
}

// tape is a scanned document. Node 0 is its value.
type tape struct {
	doc   string
	nodes []node

	// For the scan: what may still come, and why it came to an end.
	tokens, depth int
	err           error
	names         nameSet
}

// kept is how many nodes a tape holds on to over reset (1.3 MB): enough for bulk calls,
// too little to let one hostile request pin memory in a pool.
const kept = 1 << 16

// reset forgets the document, before the tape goes into a pool.
func (t *tape) reset() {
	t.doc, t.err, t.nodes = "", nil, t.nodes[:0]
	if cap(t.nodes) > kept {
		t.nodes = nil
	}
	t.names.trim()
}

// after gives the node behind node n and all that is in it.
func (t *tape) after(n int) int {
	if at := &t.nodes[n]; at.kind >= kindArray {
		return int(at.next)
	}
	return n + 1
}

// raw gives a node's text as it stands in the document.
func (t *tape) raw(n int) string {
	at := &t.nodes[n]
	if at.kind == kindString {
		return t.doc[at.start-1 : at.end+1]
	}
	return t.doc[at.start:at.end]
}

// text gives the content of a string.
func (t *tape) text(n int) string {
	at := &t.nodes[n]
	s := t.doc[at.start:at.end]
	if at.escaped {
		return unescape(s)
	}
	return s
}
