package xmltext

// NodeKind tells elements from texts.
type NodeKind uint8

// The kinds of nodes. CDATA sections are texts; comments and processing
// instructions are not on the tape.
const (
	Element NodeKind = iota + 1
	Text
)

// Node is a place on a tape, small enough to pass by value. The zero Node stands
// for "there is none": it does not Exist, has no name, text, attributes or
// neighbours. A Node is void after the next Scan or Reset of its tape.
type Node struct {
	t *Tape
	i int32
}

// Root gives the root element; it does not exist before a successful Scan.
func (t *Tape) Root() Node { return t.at(0, -1) }

// at gives node i if it is a child of parent.
func (t *Tape) at(i, parent int32) Node {
	if int(i) < len(t.nodes) && t.nodes[i].parent == parent {
		return Node{t, i}
	}
	return Node{}
}

func (n Node) node() *node { return &n.t.nodes[n.i] }

// Exists is false at the end of a list of children, and for the zero Node.
func (n Node) Exists() bool { return n.t != nil }

// Kind gives Element or Text, and 0 for the zero Node.
func (n Node) Kind() NodeKind {
	if n.t == nil {
		return 0
	}
	return n.node().kind
}

// Name gives the name of an element as written, with its prefix and in its
// letter case; "" for a text.
func (n Node) Name() string {
	if n.t == nil {
		return ""
	}
	d := n.node()
	if d.kind != Element {
		return ""
	}
	return n.t.doc[d.start:d.end]
}

// Line gives the line an element or text begins in, for messages. It counts
// from the start of the document: not for use per node.
func (n Node) Line() int {
	if n.t == nil {
		return 0
	}
	return lineAt(n.t.doc, int(n.node().start))
}

// Parent gives the element that n is in.
func (n Node) Parent() Node {
	if n.t == nil || n.node().parent < 0 {
		return Node{}
	}
	return Node{n.t, n.node().parent}
}

// FirstChild gives the first element or text in an element.
func (n Node) FirstChild() Node {
	if n.t == nil {
		return Node{}
	}
	return n.t.at(n.i+1, n.i)
}

// Next gives the element or text after n and all that is in it, under the same
// parent.
func (n Node) Next() Node {
	if n.t == nil {
		return Node{}
	}
	d := n.node()
	return n.t.at(d.next, d.parent)
}

// FirstElement gives the first child that is an element.
func (n Node) FirstElement() Node {
	if n.t == nil {
		return Node{}
	}
	nodes := n.t.nodes
	for i, end := n.i+1, nodes[n.i].next; i < end; i++ {
		if nodes[i].kind == Element {
			return Node{n.t, i}
		}
	}
	return Node{}
}

// NextElement gives the next sibling that is an element.
func (n Node) NextElement() Node {
	if n.t == nil {
		return Node{}
	}
	nodes := n.t.nodes
	parent := nodes[n.i].parent
	for i := nodes[n.i].next; int(i) < len(nodes) && nodes[i].parent == parent; i++ {
		if nodes[i].kind == Element {
			return Node{n.t, i}
		}
	}
	return Node{}
}

// NumElements gives the number of children that are elements.
func (n Node) NumElements() int {
	total := 0
	for c := n.FirstElement(); c.Exists(); c = c.NextElement() {
		total++
	}
	return total
}

// HasElements reports whether an element has a child element.
func (n Node) HasElements() bool { return n.t != nil && n.node().flags&hasElements != 0 }

// TextOnlyBlank reports whether the text directly in an element is nothing, or
// nothing but literal white space: what may stand between elements. A CDATA
// section and a reference to a blank are not (XML 1.0 §3.2.1).
func (n Node) TextOnlyBlank() bool { return n.t == nil || n.node().flags&hasInk == 0 }
