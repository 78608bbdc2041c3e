package xmltext

import (
	"math"
	"slices"
)

// Limits bounds what Scan accepts. The fields are exact: a document at the limit
// passes, one over it is ErrLimit, and a zero allows none of the thing. The size
// of the document is the caller's limit, kept while the body is read. Attributes
// of one element are compared each with each, so Attributes is to stay small.
//
// Two more are fixed: 64 namespace declarations in scope, and 1024 bytes of a
// namespace name. They keep the cost of resolving a prefix small whatever the
// document.
type Limits struct {
	ElementDepth int // open elements inside each other; the root is at depth 1
	Elements     int // elements in the document
	Attributes   int // attributes of one element; at most 65535
	NameBytes    int // bytes of a tag, attribute or processing instruction name
}

const (
	maxDeclarations   = 64
	maxNamespaceBytes = 1024
)

// Tape is one scanned document: its elements and texts in document order. The
// zero Tape is ready for use. A Tape may be scanned into again and again, and is
// for one goroutine at a time; after Scan, reading it is safe for several.
//
// Storage is bounded by the limits and the size of the document: 24 bytes an
// element and a text, 20 an attribute.
type Tape struct {
	doc   string
	nodes []node
	attrs []attr
}

// node is an element or a text. Its children follow it directly.
type node struct {
	start, end int32 // name of the element; raw text
	next       int32 // the node after the last one inside this one
	parent     int32 // -1 for the root
	attrs      int32 // first in Tape.attrs
	nattrs     uint16
	kind       NodeKind
	flags      uint8
}

// attr is an attribute as written, without quotes.
type attr struct {
	name, nameEnd int32
	val, valEnd   int32
	raw           bool // the value has references or white space to normalise
}

// Flags of a node.
const (
	hasElements uint8 = 1 << iota // element: has a child element
	hasInk                        // element: a direct text is more than literal white space
	declaresNS                    // element: has an xmlns attribute
	hasRef                        // text: has references
	hasCR                         // text: has CR
)

// keep is how many nodes and attributes a Tape holds on to over Reset (1.5 MB
// and 1.3 MB): enough for bulk calls, too little to let one hostile request pin
// memory in a pool.
const keep = 1 << 16

// Reset forgets the document, and gives back storage that an unusually large
// one made grow. Call it before a Tape goes into a pool.
func (t *Tape) Reset() {
	t.clear()
	if cap(t.nodes) > keep {
		t.nodes = nil
	}
	if cap(t.attrs) > keep {
		t.attrs = nil
	}
}

func (t *Tape) clear() {
	t.doc, t.nodes, t.attrs = "", t.nodes[:0], t.attrs[:0]
}

// oneMore makes room for a node, to be filled field by field: appending a node
// literal goes through a copy on the stack and took 40 % of the scan's time.
func oneMore(nodes []node) []node {
	if len(nodes) == cap(nodes) {
		nodes = slices.Grow(nodes, 1)
	}
	return nodes[:len(nodes)+1]
}

// Scan reads doc, which must be UTF-8 without a byte order mark (see [ToUTF8]),
// in place of what was on the tape. A document that is refused leaves the tape
// empty; the error is a *[SyntaxError].
//
// A character that XML does not allow makes the error ErrChar whatever else is
// wrong with the document, unless a limit was met before.
func (t *Tape) Scan(doc string, lim Limits) error {
	t.clear()
	if len(doc) > math.MaxInt32 {
		return &SyntaxError{Kind: ErrLimit, Line: 1, Msg: "document is over 2 GiB"}
	}
	t.doc = doc
	lim.Attributes = min(lim.Attributes, math.MaxUint16)
	sc := scanner{tape: t, doc: doc, lim: lim}
	sc.document()
	if sc.err != nil {
		t.clear()
		return sc.err
	}
	return nil
}
