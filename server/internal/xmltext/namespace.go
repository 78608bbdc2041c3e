package xmltext

import (
	"slices"
	"strings"
)

// Namespaces that are bound without a declaration (Namespaces in XML 1.0 §3).
const (
	xmlSpace   = "http://www.w3.org/XML/1998/namespace"
	xmlnsSpace = "http://www.w3.org/2000/xmlns/"
)

// SplitName cuts a name at its first colon. "xsd:int" gives "xsd" and "int",
// "int" gives "" and "int", and ":string", which phpGroupWare's clients send as
// the value of xsi:type, gives "" and "string" (phpgroupware contract §7.1).
func SplitName(name string) (prefix, local string) {
	if i := strings.IndexByte(name, ':'); i >= 0 {
		return name[:i], name[i+1:]
	}
	return "", name
}

// Local gives the name of an element without its prefix.
func (n Node) Local() string {
	_, local := SplitName(n.Name())
	return local
}

// Namespace gives the namespace of an element, "" if it is in none. ok is false
// when its prefix is not declared, and for a Node that is not an element.
func (n Node) Namespace() (uri string, ok bool) {
	if n.Kind() != Element {
		return "", false
	}
	prefix, _ := SplitName(n.Name())
	return n.ResolvePrefix(prefix)
}

// ResolvePrefix gives the namespace that a prefix stands for at an element; ""
// asks for the default namespace, which is "" when none is declared. It also
// serves names in values, as in xsi:type. ok is false when the prefix is not
// declared.
func (n Node) ResolvePrefix(prefix string) (uri string, ok bool) {
	if n.t == nil {
		return "", false
	}
	return n.t.resolve(n.i, prefix)
}

func (t *Tape) resolve(i int32, prefix string) (string, bool) {
	switch prefix {
	case "xml":
		return xmlSpace, true
	case "xmlns":
		return xmlnsSpace, true
	}
	for ; i >= 0; i = t.nodes[i].parent {
		if t.nodes[i].flags&declaresNS == 0 {
			continue
		}
		attrs := t.attrsOf(i)
		for k := range attrs {
			a := &attrs[k]
			if p, ok := declaredPrefix(t.doc[a.name:a.nameEnd]); ok && p == prefix {
				return t.value(a), true
			}
		}
	}
	return "", prefix == ""
}

// AttrNS gives the value of the attribute with this namespace and local name. An
// attribute without a prefix is in no namespace, whatever the default one is.
func (n Node) AttrNS(uri, local string) (value string, ok bool) {
	attrs := n.attrs()
	for i := range attrs {
		a := &attrs[i]
		prefix, name := SplitName(n.t.doc[a.name:a.nameEnd])
		if name != local {
			continue
		}
		space := ""
		if prefix != "" {
			if space, ok = n.t.resolve(n.i, prefix); !ok {
				continue
			}
		}
		if space == uri {
			return n.t.value(a), true
		}
	}
	return "", false
}

// declaredPrefix gives the prefix that an attribute of this name declares: "" for
// xmlns itself.
func declaredPrefix(name string) (prefix string, ok bool) {
	if !strings.HasPrefix(name, "xmlns") {
		return "", false
	}
	if len(name) == len("xmlns") {
		return "", true
	}
	if name[len("xmlns")] != ':' {
		return "", false
	}
	return name[len("xmlns:"):], true
}

// badDeclaration gives the message for a declaration that Namespaces in XML 1.0
// §3 does not allow, or "".
func badDeclaration(prefix, uri string) string {
	switch {
	case prefix == "xmlns" || uri == xmlnsSpace:
		return "xmlns must not be declared"
	case (prefix == "xml") != (uri == xmlSpace):
		return "prefix xml must not be declared otherwise"
	case prefix != "" && uri == "":
		return "prefix is declared as an empty namespace"
	}
	return ""
}

// declarations counts the namespace declarations of an element.
func (t *Tape) declarations(n *node) (count int) {
	for _, a := range t.attrs[n.attrs : int(n.attrs)+int(n.nattrs)] {
		if _, ok := declaredPrefix(t.doc[a.name:a.nameEnd]); ok {
			count++
		}
	}
	return count
}

// sameExpanded reports whether two attributes of an element have different
// prefixes for the same namespace, and the same local name. Prefixes are looked
// up once, and only for local names that are there twice. No prefix but xmlns
// itself stands for the namespace of xmlns.
func (t *Tape) sameExpanded(i int32) bool {
	attrs := t.attrsOf(i)
	var seen [][2]string
	for k := range attrs {
		prefix, local := SplitName(t.doc[attrs[k].name:attrs[k].nameEnd])
		if prefix == "" || prefix == "xmlns" || !t.localTwice(attrs, k, local) {
			continue
		}
		uri, ok := t.resolve(i, prefix)
		if !ok {
			continue
		}
		name := [2]string{uri, local}
		if slices.Contains(seen, name) {
			return true
		}
		seen = append(seen, name)
	}
	return false
}

// localTwice reports whether an attribute other than k has a prefix before this
// local name.
func (t *Tape) localTwice(attrs []attr, k int, local string) bool {
	for m := range attrs {
		name := t.doc[attrs[m].name:attrs[m].nameEnd]
		colon := len(name) - len(local) - 1
		if m != k && colon > 0 && name[colon] == ':' && name[colon+1:] == local {
			return true
		}
	}
	return false
}
