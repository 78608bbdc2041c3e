package xmltext

import (
	"errors"
	"strings"
	"testing"
)

func scan(t *testing.T, doc string) (*Tape, error) {
	t.Helper()
	tape := new(Tape)
	return tape, tape.Scan(doc, published())
}

// accepted: each document and what is on its tape (see dump).
var accepted = []struct{ why, doc, want string }{
	{"smallest", `<a/>`, `<a>`},
	{"empty pair", `<a></a>`, `<a>`},
	{"blanks in tags", "<a \t\r\n><b /></a \n>", `<a<b>>`},
	{"declaration", `<?xml version="1.0"?><a/>`, `<a>`},
	{"declaration in single quotes, all parts", "<?xml version = '1.0' encoding='ISO-8859-1'\tstandalone='yes' ?>\n<a/>", `<a>`},
	{"stylesheet is an ordinary instruction", `<?xml-stylesheet href="x"?><a/>`, `<a>`},
	{"misc around the root", " \n<!-- c --><?p d?><a/>\r\n<!----><?q?>\t", `<a>`},
	{"text", `<a>x</a>`, `<a"x">`},
	{"blank text is kept", "<a> \n\t </a>", `<a" \n\t ">`},
	{"mixed content", `<a>x<b>y</b>z</a>`, `<a"x"<b"y">"z">`},
	{"text is joined over comments and instructions", `<a>x<!-- - -->y<?p?>z</a>`, `<a"xyz">`},
	{"comment hides markup", `<a><!-- <b> & ]]> --></a>`, `<a>`},
	{"instruction hides markup", `<a><?p <b> & ?? > ?></a>`, `<a>`},
	{"CDATA", `<a>1<![CDATA[<b>&amp;]] >]]>2</a>`, `<a"1<b>&amp;]] >2">`},
	{"empty CDATA", `<a><![CDATA[]]></a>`, `<a>`},
	{"CDATA that ends in brackets", `<a><![CDATA[x]]]]></a>`, `<a"x]]">`},
	{"brackets in text", `<a>]] > ] ]]</a>`, `<a"]] > ] ]]">`},
	{"]]> by references", `<a>]]&gt;</a>`, `<a"]]>">`},
	{"]]> in an attribute", `<a b="]]>"/>`, `<a b="]]>">`},
	{"> in text", `<a>b > c</a>`, `<a"b > c">`},
	{"five entities", `<a>&lt;&gt;&amp;&quot;&apos;</a>`, `<a"<>&\"'">`},
	{"reference is not read twice", `<a>&amp;lt;</a>`, `<a"&lt;">`},
	{"numeric references", `<a>&#65;&#x42;&#x1F600;&#0000000067;&#9;</a>`, `<a"AB😀C\t">`},
	{"line ends are LF", "<a>1\r\n2\r3\n4\r\r\n5</a>", `<a"1\n2\n3\n4\n\n5">`},
	{"line ends in CDATA", "<a><![CDATA[1\r\n2\r3]]></a>", `<a"1\n2\n3">`},
	{"CR by reference stays", "<a>1&#13;\n2&#xD;</a>", `<a"1\r\n2\r">`},
	{"attributes in both quotes", `<a b="it's" c = 'say "x"'/>`, `<a b="it's" c="say \"x\"">`},
	{"white space in attributes is spaces", "<a b='1\t2\n3\r\n4\r5'/>", `<a b="1 2 3 4 5">`},
	{"white space by reference stays", "<a b='1&#9;2&#10;3&#13;'/>", `<a b="1\t2\n3\r">`},
	{"> in an attribute", `<a b=">"/>`, `<a b=">">`},
	{"empty attribute", `<a b=""/>`, `<a b="">`},
	{"same local name, other prefix", `<a b="1" p:b="2" q:b="3"/>`, `<a b="1" p:b="2" q:b="3">`},
	{"names", `<_a.b-c9><p:x/></_a.b-c9>`, `<_a.b-c9<p:x>>`},
	{"names keep their case", `<A><a/></A>`, `<A<a>>`},
	{"name outside ASCII", `<größe maß="1">日本<日本/></größe>`, `<größe maß="1""日本"<日本>>`},
	{"dots in a name", `<addressbook.boaddressbook.read/>`, `<addressbook.boaddressbook.read>`},
	{"prefix without declaration", `<ex:nil/>`, `<ex:nil>`},
	{"end tag with the longer name inside", `<a><ab></ab></a>`, `<a<ab>>`},
	{"characters at the edges", "<a>\t\u007f\u0085\ud7ff\ue000\ufffd\U0010ffff</a>", `<a"\t\x7f\u0085\ud7ff\ue000` + "\ufffd" + `\U0010ffff">`},
	{"long text with everything", `<a>` + strings.Repeat("x", 100) + `&amp;` + strings.Repeat("é", 100) + "\r\n]</a>",
		`<a"` + strings.Repeat("x", 100) + `&` + strings.Repeat("é", 100) + `\n]">`},
}

func TestAccepted(t *testing.T) {
	for _, c := range accepted {
		t.Run(c.why, func(t *testing.T) {
			tape, err := scan(t, c.doc)
			if err != nil {
				t.Fatalf("refused: %v", err)
			}
			if got := dump(tape.Root()); got != c.want {
				t.Errorf("tape\n got %s\nwant %s", got, c.want)
			}
		})
	}
}

// refused: each document, and a part of the message that gives the reason.
var refused = []struct {
	why, doc string
	kind     Kind
	msg      string
}{
	{"empty", ``, ErrSyntax, "no root"},
	{"blank", " \n", ErrSyntax, "no root"},
	{"comment alone", `<!-- x -->`, ErrSyntax, "no root"},
	{"text alone", `x`, ErrSyntax, "text outside"},
	{"text before", `x<a/>`, ErrSyntax, "text outside"},
	{"text after", `<a/>x`, ErrSyntax, "text outside"},
	{"reference after", `<a/>&#32;`, ErrSyntax, "text outside"},
	{"CDATA before", `<![CDATA[x]]><a/>`, ErrSyntax, "outside the root"},
	{"CDATA after", `<a/><![CDATA[ ]]>`, ErrSyntax, "outside the root"},
	{"byte order mark left in", "\ufeff<a/>", ErrSyntax, "text outside"},
	{"second root", `<a/><b/>`, ErrSyntax, "second element"},
	{"second root after text", `<a>x</a><a>y</a>`, ErrSyntax, "second element"},
	{"end tag first", `</a>`, ErrSyntax, "end tag without"},
	{"end tag after", `<a/></a>`, ErrSyntax, "after the root"},
	{"open at the end", `<a>`, ErrSyntax, "before </a>"},
	{"open at the end, text", `<a>x`, ErrSyntax, "before </a>"},
	{"open at the end, long text", `<a>` + strings.Repeat("x", 100), ErrSyntax, "before </a>"},
	{"open at the end, child", `<a><b></b>`, ErrSyntax, "before </a>"},
	{"cut after <", `<a><`, ErrSyntax, "before </a>"},
	{"cut < alone", `<`, ErrSyntax, "ends inside a tag"},
	{"cut in a name", `<abc`, ErrSyntax, "ends inside a tag"},
	{"cut after a name", `<abc `, ErrSyntax, "ends inside a tag"},
	{"cut after /", `<a/`, ErrSyntax, "ends inside a tag"},
	{"cut in an end tag", `<abc></ab`, ErrSyntax, "ends inside </abc>"},
	{"crossed tags", `<a><b></a></b>`, ErrSyntax, "not </b>"},
	{"end tag in another case", `<a></A>`, ErrSyntax, "not </a>"},
	{"end tag longer", `<a></ab>`, ErrSyntax, "not </a>"},
	{"end tag shorter", `<ab></a>`, ErrSyntax, "not </ab>"},
	{"end tag with blank before", `<a></ a>`, ErrSyntax, "not </a>"},
	{"end tag with attribute", `<a></a b="">`, ErrSyntax, "not </a>"},
	{"blank after <", `<a>< b/></a>`, ErrSyntax, "not followed by a name"},
	{"blank after < of the root", `< a/>`, ErrSyntax, "not followed by a name"},
	{"name begins with digit", `<1a/>`, ErrSyntax, "not followed by a name"},
	{"name begins with dash", `<-a/>`, ErrSyntax, "not followed by a name"},
	{"slash then blank", `<a/ >`, ErrSyntax, "malformed"},
	{"two slashes", `<a//>`, ErrSyntax, "malformed"},
	{"< in a tag", `<a<b/>`, ErrSyntax, "malformed"},
	{"name with a multiplication sign", `<a×/>`, ErrSyntax, "not allowed in a name"},
	{"name begins with a combining character", "<\u0301a/>", ErrSyntax, "not allowed in a name"},
	{"two colons", `<a:b:c/>`, ErrSyntax, "colon"},
	{"colon first", `<:a/>`, ErrSyntax, "colon"},
	{"colon last", `<a:/>`, ErrSyntax, "does not begin with a letter"},
	{"local part begins with digit", `<a:1/>`, ErrSyntax, "does not begin"},
	{"cut after colon", `<a:`, ErrSyntax, "name is missing"},
	{"colon in an instruction", `<?a:b?><a/>`, ErrSyntax, "colon"},
	{"attribute without value", `<a b/>`, ErrSyntax, "without a value"},
	{"attribute without quotes", `<a b=c/>`, ErrSyntax, "not quoted"},
	{"attribute without closing quote", `<a b="c/>`, ErrSyntax, "no closing quote"},
	{"attribute with < inside", `<a b="<"/>`, ErrSyntax, "< in an attribute"},
	{"attribute without blank before", `<a b="1"c="2"/>`, ErrSyntax, "white space is missing"},
	{"attribute named by a digit", `<a 1="x"/>`, ErrSyntax, "does not begin"},
	{"attribute without name", `<a ="x"/>`, ErrSyntax, "does not begin"},
	{"cut before =", `<a b`, ErrSyntax, "without a value"},
	{"cut after =", `<a b=`, ErrSyntax, "not quoted"},
	{"attribute twice", `<a b="1" c="2" b="1"/>`, ErrSyntax, "there twice"},
	{"xmlns twice", `<a xmlns="u:1" xmlns="u:2"/>`, ErrSyntax, "there twice"},
	{"attribute twice by namespace", `<a xmlns:p="u:1" xmlns:q="u:1"><b p:x="" q:x=""/></a>`, ErrSyntax, "same namespace"},
	{"prefix declared empty", `<a xmlns:p=""/>`, ErrSyntax, "empty namespace"},
	{"xmlns on an element", `<xmlns:a xmlns:p="u:1"/>`, ErrSyntax, "prefix xmlns"},
	{"xmlns declared", `<a xmlns:xmlns="u:1"/>`, ErrSyntax, "xmlns must not"},
	{"xml declared as another", `<a xmlns:xml="u:1"/>`, ErrSyntax, "prefix xml"},
	{"another declared as xml", `<a xmlns:p="http://www.w3.org/XML/1998/namespace"/>`, ErrSyntax, "prefix xml"},
	{"bare &", `<a>b & c</a>`, ErrSyntax, "predefined entities"},
	{"& at the end", `<a>b&</a>`, ErrSyntax, "predefined entities"},
	{"entity without ;", `<a>&amp</a>`, ErrSyntax, "predefined entities"},
	{"entity in another case", `<a>&AMP;</a>`, ErrSyntax, "predefined entities"},
	{"entity of HTML", `<a>&nbsp;</a>`, ErrSyntax, "predefined entities"},
	{"bare & in an attribute", `<a b="&"/>`, ErrSyntax, "predefined entities"},
	{"reference over a tag", `<a>&am<b/>p;</a>`, ErrSyntax, "predefined entities"},
	{"reference over the quote", `<a b="&am" c="p;"/>`, ErrSyntax, "predefined entities"},
	{"reference without digits", `<a>&#;</a>`, ErrSyntax, "numeric reference"},
	{"hex reference without digits", `<a>&#x;</a>`, ErrSyntax, "numeric reference"},
	{"upper-case X", `<a>&#X41;</a>`, ErrSyntax, "numeric reference"},
	{"hex digits without x", `<a>&#4A;</a>`, ErrSyntax, "numeric reference"},
	{"signed reference", `<a>&#+65;</a>`, ErrSyntax, "numeric reference"},
	{"reference without ;", `<a>&#65</a>`, ErrSyntax, "numeric reference"},
	{"reference to NUL", `<a>&#0;</a>`, ErrSyntax, "numeric reference"},
	{"reference to a control character", `<a>&#8;</a>`, ErrSyntax, "numeric reference"},
	{"reference to a surrogate", `<a>&#xD800;</a>`, ErrSyntax, "numeric reference"},
	{"reference to U+FFFE", `<a>&#xFFFE;</a>`, ErrSyntax, "numeric reference"},
	{"reference over U+10FFFF", `<a>&#x110000;</a>`, ErrSyntax, "numeric reference"},
	{"reference that overflows", `<a>&#18446744073709551681;</a>`, ErrSyntax, "numeric reference"},
	{"]]> in text", `<a>x]]>y</a>`, ErrSyntax, "]]> in text"},
	{"]]> first", `<a>]]></a>`, ErrSyntax, "]]> in text"},
	{"]]> after brackets", `<a>]]]></a>`, ErrSyntax, "]]> in text"},
	{"]]> far on", `<a>` + strings.Repeat("x", 99) + `]]></a>`, ErrSyntax, "]]> in text"},
	{"CDATA without end", `<a><![CDATA[x]]</a>`, ErrSyntax, "CDATA section has no end"},
	{"CDATA in lower case", `<a><![cdata[x]]></a>`, ErrSyntax, "neither a comment nor"},
	{"comment without end", `<a><!-- x</a>`, ErrSyntax, "comment has no end"},
	{"comment that overlaps itself", `<a><!--></a>`, ErrSyntax, "comment has no end"},
	{"-- in a comment", `<a><!-- x -- y --></a>`, ErrSyntax, "-- inside a comment"},
	{"comment ends with a dash", `<a><!-- x ---></a>`, ErrSyntax, "-- inside a comment"},
	{"cut after --", `<!-- x --`, ErrSyntax, "-- inside a comment"},
	{"instruction without end", `<a><?p x></a>`, ErrSyntax, "no end"},
	{"instruction without target", `<a><? p?></a>`, ErrSyntax, "name"},
	{"instruction without blank", `<a><?p"x"?></a>`, ErrSyntax, "malformed"},
	{"declaration after a blank", ` <?xml version="1.0"?><a/>`, ErrSyntax, "not at the start"},
	{"declaration inside", `<a><?xml version="1.0"?></a>`, ErrSyntax, "not at the start"},
	{"declaration after", `<a/><?xml version="1.0"?>`, ErrSyntax, "not at the start"},
	{"instruction XML", `<?XML version="1.0"?><a/>`, ErrSyntax, "reserved"},
	{"declaration without version", `<?xml encoding="utf-8"?><a/>`, ErrSyntax, "malformed"},
	{"declaration empty", `<?xml ?><a/>`, ErrSyntax, "no version"},
	{"version 1.1", `<?xml version="1.1"?><a/>`, ErrSyntax, "version"},
	{"version 2.0", `<?xml version="2.0"?><a/>`, ErrSyntax, "version"},
	{"declaration out of order", `<?xml version="1.0" standalone="yes" encoding="utf-8"?><a/>`, ErrSyntax, "malformed"},
	{"version twice", `<?xml version="1.0" version="1.0"?><a/>`, ErrSyntax, "malformed"},
	{"unknown part", `<?xml version="1.0" foo="1"?><a/>`, ErrSyntax, "malformed"},
	{"standalone maybe", `<?xml version="1.0" standalone="maybe"?><a/>`, ErrSyntax, "malformed"},
	{"encoding no name", `<?xml version="1.0" encoding="-"?><a/>`, ErrSyntax, "malformed"},
	{"no blank between parts", `<?xml version="1.0"encoding="utf-8"?><a/>`, ErrSyntax, "malformed"},
	{"declaration ends like a tag", `<?xml version="1.0">`, ErrSyntax, "malformed"},
	{"declaration cut", `<?xml version="1.0"`, ErrSyntax, "malformed"},
	{"DOCTYPE", `<!DOCTYPE a><a/>`, ErrSyntax, "DOCTYPE is not allowed"},
	{"DOCTYPE in lower case", `<!doctype a><a/>`, ErrSyntax, "DOCTYPE is not allowed"},
	{"DOCTYPE after a declaration", `<?xml version="1.0"?><!DOCTYPE a [<!ELEMENT a ANY>]><a/>`, ErrSyntax, "DOCTYPE is not allowed"},
	{"DOCTYPE inside", `<a><!DOCTYPE a></a>`, ErrSyntax, "DOCTYPE is not allowed"},
	{"DOCTYPE after", `<a/><!DOCTYPE a>`, ErrSyntax, "DOCTYPE is not allowed"},
	{"external entity", `<!DOCTYPE a [<!ENTITY x SYSTEM "file:///etc/passwd">]><a>&x;</a>`, ErrSyntax, "DOCTYPE is not allowed"},
	{"entity bomb", `<!DOCTYPE a [<!ENTITY b "xx"><!ENTITY c "&b;&b;&b;&b;"><!ENTITY d "&c;&c;&c;&c;">]><a>&d;</a>`, ErrSyntax, "DOCTYPE is not allowed"},
	{"element declaration", `<a><!ELEMENT a ANY></a>`, ErrSyntax, "neither a comment nor"},
	{"NUL in text", "<a>x\x00</a>", ErrChar, "does not allow"},
	{"control character in text", "<a>\x0b</a>", ErrChar, "does not allow"},
	{"control character far on", "<a>" + strings.Repeat("x", 99) + "\x1f</a>", ErrChar, "does not allow"},
	{"NUL in a name", "<a\x00/>", ErrChar, "does not allow"},
	{"NUL in an attribute", "<a b='\x00'/>", ErrChar, "does not allow"},
	{"NUL in a comment", "<a><!--\x00--></a>", ErrChar, "does not allow"},
	{"NUL in an instruction", "<a><?p \x00?></a>", ErrChar, "does not allow"},
	{"NUL in CDATA", "<a><![CDATA[\x00]]></a>", ErrChar, "does not allow"},
	{"NUL after the root", "<a/>\x00", ErrChar, "does not allow"},
	{"NUL in the declaration", "<?xml version='1.0' encoding='\x00'?><a/>", ErrChar, "does not allow"},
	{"U+FFFE", "<a>\ufffe</a>", ErrChar, "does not allow"},
	{"U+FFFF", "<a>\uffff</a>", ErrChar, "does not allow"},
	{"stray continuation byte", "<a>\x80</a>", ErrChar, "invalid UTF-8"},
	{"cut character", "<a>\xe6\x97</a>", ErrChar, "invalid UTF-8"},
	{"overlong", "<a>\xc0\xaf</a>", ErrChar, "invalid UTF-8"},
	{"overlong in three", "<a>\xe0\x80\xaf</a>", ErrChar, "invalid UTF-8"},
	{"surrogate in UTF-8", "<a>\xed\xa0\x80</a>", ErrChar, "invalid UTF-8"},
	{"over U+10FFFF", "<a>\xf4\x90\x80\x80</a>", ErrChar, "invalid UTF-8"},
	{"bad character wins over bad syntax before it", "<a></b>\x00", ErrChar, "does not allow"},
}

func TestRefused(t *testing.T) {
	for _, c := range refused {
		t.Run(c.why, func(t *testing.T) {
			tape, err := scan(t, c.doc)
			if err == nil {
				t.Fatalf("accepted: %s", dump(tape.Root()))
			}
			var se *SyntaxError
			if !errors.As(err, &se) || !errors.Is(err, c.kind) || !strings.Contains(se.Msg, c.msg) {
				t.Errorf("error %v of kind %v, want %v with %q", err, errors.Unwrap(err), c.kind, c.msg)
			}
			if tape.Root().Exists() {
				t.Error("a refused document is on the tape")
			}
		})
	}
}

// TestPrefixes: no prefix of a document is a document.
func TestPrefixes(t *testing.T) {
	doc := `<?xml version="1.0" encoding="utf-8"?><!-- c --><?p d?><a b='1' c="&#65;é"><d/>x&amp;é]<![CDATA[y]]><!-- --><e>z</e ></a>`
	for i := range doc {
		if _, err := scan(t, doc[:i]); err == nil {
			t.Errorf("accepted: %s", doc[:i])
		}
	}
	if _, err := scan(t, doc); err != nil {
		t.Error(err)
	}
}

func TestErrorPosition(t *testing.T) {
	for _, c := range []struct {
		doc          string
		line, offset int
	}{
		{"<a>\n<b>\n</a></b>", 3, 8},
		{"<a>\r\n\r\n&x;</a>", 3, 7},
		{"<a>\r\r&x;</a>", 3, 5},
		{"<a>\n\x00</a>", 2, 4},
	} {
		_, err := scan(t, c.doc)
		var se *SyntaxError
		if !errors.As(err, &se) || se.Line != c.line || se.Offset != c.offset {
			t.Errorf("%q: %+v, want line %d offset %d", c.doc, se, c.line, c.offset)
		}
	}
}

// TestErrorsQuoteNoContent: requests carry passwords.
func TestErrorsQuoteNoContent(t *testing.T) {
	const secret = "hunter2"
	for _, doc := range []string{
		"<?xml version='1.0' encoding='" + secret + "!'?><a/>", "<a><b></" + secret + "></a>",
		secret, "<a>" + secret, "<a>" + secret + "</b>", "<a>" + secret + "&</a>", "<a>&" + secret + ";</a>",
		"<a>" + secret + "]]></a>", "<a b='" + secret + "<'/>", "<a b='" + secret, "<a b=" + secret + "/>", "<a b='" + secret + "&'/>",
		"<a><!--" + secret + "-- ", "<a><![CDATA[" + secret, "<a><?p " + secret, "<a>" + secret + "\x00</a>", "<a/>" + secret,
		"<!DOCTYPE " + secret + ">", "<a><!" + secret + "></a>", "<a b='" + secret + "' b='" + secret + "'/>",
	} {
		_, err := scan(t, doc)
		if err == nil {
			t.Fatalf("accepted: %s", doc)
		}
		if strings.Contains(err.Error(), secret) {
			t.Errorf("%s: %v", doc, err)
		}
	}
	_, err := scan(t, "<a><"+strings.Repeat("n", 200)+"></a>")
	if err == nil || len(err.Error()) > 80 {
		t.Errorf("long name is quoted in full: %v", err)
	}
}
