package server_test

import (
	"bytes"
	"compress/gzip"
	"compress/zlib"
	"fmt"
	"io"
	"runtime/metrics"
	"strings"
	"testing"
	"time"
	"unicode/utf16"

	"countersign/server"
)

// allocated is how many bytes this process has ever allocated.
func allocated() uint64 {
	sample := []metrics.Sample{{Name: "/gc/heap/allocs:bytes"}}
	metrics.Read(sample)
	return sample[0].Value.Uint64()
}

// requestMemory is twice what one request may hold (requirements §2.1): what is measured
// is all that was allocated meanwhile, with the garbage and the client's side.
const requestMemory = 32 << 20

// quick is how long the refusal of a hostile request may take.
const quick = time.Second * slowdown

// TestHostile: each of these requests gets a clear answer within a second and for
// bounded memory, the log says nothing it should not, and the next request is served.
func TestHostile(t *testing.T) {
	s := newService(t, options{})
	address := s.serve(t, server.Serving{}).address
	before := s.client(plainPath).login(t, "bubba", "gump")
	value := func(element string) string { return document("system.methodHelp", raw(element)) }
	nested := func(n int, open, end string) string {
		return value("<value>" + strings.Repeat(open, n) + strings.Repeat(end, n) + "</value>")
	}
	entityBomb := `<?xml version="1.0"?><!DOCTYPE b [<!ENTITY a "aaaaaaaaaa">`
	for i := 'b'; i < 'm'; i++ {
		entityBomb += fmt.Sprintf(`<!ENTITY %c "%s">`, i, strings.Repeat(fmt.Sprintf("&%c;", i-1), 10))
	}
	entityBomb += `]><methodCall><methodName>&l;</methodName></methodCall>`
	utf16Call := func(text string) string {
		out := []byte{0xfe, 0xff}
		for _, u := range utf16.Encode([]rune(value("<value>" + text + "</value>"))) {
			out = append(out, byte(u>>8), byte(u))
		}
		return string(out)
	}
	for _, c := range []struct {
		why, request string
		status       int
		code         int // of the fault; 0 for an answer that is not in the protocol
	}{
		{"nothing", posted(plainPath, ""), 200, -32700},
		{"not well formed", posted(plainPath, "<methodCall><methodName>x</methodCall>"), 200, -32700},
		{"cut off", posted(plainPath, document("x")[:60]), 200, -32700},
		{"noise", posted(plainPath, strings.Repeat("\x01\xfe\x80<", 1000)), 200, -32702},
		{"a DOCTYPE", posted(plainPath, "<!DOCTYPE methodCall>"+value("<value/>")[21:]), 200, -32700},
		{"an entity bomb", posted(plainPath, entityBomb), 200, -32700},
		{"an entity from a file", posted(plainPath, `<!DOCTYPE m [<!ENTITY x SYSTEM "file:///etc/passwd">]><methodCall><methodName>&x;</methodName></methodCall>`), 200, -32700},
		{"an entity from elsewhere", posted(plainPath, `<!DOCTYPE m SYSTEM "http://127.0.0.1:1/x.dtd"><methodCall/>`), 200, -32700},
		{"10000 nested arrays", posted(plainPath, nested(10_000, "<array><data><value>", "</value></data></array>")), 200, -32007},
		{"10000 nested structs", posted(plainPath, nested(10_000, "<struct><member><name/><value>", "</value></member></struct>")), 200, -32007},
		{"33 nested arrays", posted(plainPath, document("interopEchoTests.echoValue", raw("<value>"+strings.Repeat("<array><data><value>", 33)+strings.Repeat("</value></data></array>", 33)+"</value>"))), 200, -32007},
		{"100001 elements", posted(plainPath, document("interopEchoTests.echoValue", raw("<value><array><data>"+strings.Repeat("<value/>", 100_001-7)+"</data></array></value>"))), 200, -32007},
		{"1 MiB of opening tags", posted(plainPath, strings.Repeat("<a>", 1<<20/3)), 200, -32007},
		{"1 MiB of empty tags", posted(plainPath, "<a>"+strings.Repeat("<b/>", 1<<18-2)+"</a>"), 200, -32007},
		{"1 MiB of <", posted(plainPath, strings.Repeat("<", 1<<20)), 200, -32700},
		{"1 MiB of references", posted(plainPath, value("<value>"+strings.Repeat("&#x41;", 150_000)+"</value>")), 200, -32601},
		{"1 MiB of comments", posted(plainPath, value("<value>"+strings.Repeat("<!---->", 140_000)+"</value>")), 200, -32601},
		{"1 MiB of CDATA", posted(plainPath, value("<value>"+strings.Repeat("<![CDATA[]]>", 80_000)+"</value>")), 200, -32601},
		{"a huge tag name", posted(plainPath, "<"+strings.Repeat("n", 500_000)+"/>"), 200, -32007},
		{"a huge attribute", posted(plainPath, `<a b="`+strings.Repeat("n", 500_000)+`"/>`), 200, -32600},
		{"huge attribute names", posted(plainPath, `<a `+strings.Repeat("n", 500_000)+`=""/>`), 200, -32007},
		{"many attributes", posted(plainPath, `<a`+manyAttributes(50_000)+`/>`), 200, -32007},
		{"a huge method name", posted(plainPath, document(strings.Repeat("n", 500_000))), 200, -32001},
		{"a huge number", posted(plainPath, value("<value><int>"+strings.Repeat("9", 500_000)+"</int></value>")), 200, -32600},
		{"a huge double", posted(plainPath, value("<value><double>"+strings.Repeat("9", 500_000)+"</double></value>")), 200, -32600},
		{"a huge date", posted(plainPath, value("<value><dateTime.iso8601>20010903T10:11:12."+strings.Repeat("9", 500_000)+"</dateTime.iso8601></value>")), 200, -32602},
		{"bad UTF-8", posted(plainPath, value("<value>\xc3\x28</value>")), 200, -32702},
		{"a NUL", posted(plainPath, value("<value>a\x00b</value>")), 200, -32702},
		{"a reference to NUL", posted(plainPath, value("<value>&#0;</value>")), 200, -32700},
		{"a reference to half a pair", posted(plainPath, value("<value>&#xD83D;&#xDE00;</value>")), 200, -32700},
		{"half a pair in UTF-16", posted(plainPath, strings.Replace(utf16Call("XY"), "\x00X\x00Y", "\xd8\x3d\x00Y", 1)), 200, -32702},
		{"an unknown charset", strings.Replace(posted(plainPath, value("<value/>")), "text/xml", "text/xml; charset=x-user-defined", 1), 200, -32701},

		{"2 GB announced", posted(plainPath, "", "Content-Length: 2147483648"), 413, -32007},
		{"more than a number holds", posted(plainPath, "", "Content-Length: 99999999999999999999"), 400, 0},
		{"a chunked body without end", posted(plainPath, strings.Repeat("10000\r\n"+strings.Repeat("x", 1<<16)+"\r\n", 40), "Transfer-Encoding: chunked"), 413, -32007},
		{"chunks of one byte", posted(plainPath, strings.Repeat("1\r\nx\r\n", 20_000)+"0\r\n\r\n", "Transfer-Encoding: chunked"), 200, -32700},
		{"a huge chunk announced", posted(plainPath, "7fffffffffffffff\r\n"+strings.Repeat("x", 2<<20), "Transfer-Encoding: chunked"), 413, -32007},
		{"huge chunk extensions", posted(plainPath, "1;"+strings.Repeat("e", 100_000)+"\r\nx\r\n0\r\n\r\n", "Transfer-Encoding: chunked"), 400, -32600},
		{"huge trailers", posted(plainPath, "1\r\nx\r\n0\r\nT: "+strings.Repeat("t", 100_000)+"\r\n\r\n", "Transfer-Encoding: chunked"), 400, -32600},

		{"gzip that is none", posted(plainPath, "plain text", "Content-Encoding: gzip"), 200, -32300},
		{"no gzip at all", posted(plainPath, "", "Content-Encoding: gzip"), 200, -32300},
		{"gzip, cut", posted(plainPath, packed(t, gzipped, document("x"))[:40], "Content-Encoding: gzip"), 200, -32300},
		{"gzip with a wrong sum", posted(plainPath, spoilt(packed(t, gzipped, document("x"))), "Content-Encoding: gzip"), 200, -32300},
		{"gzip with noise behind", posted(plainPath, packed(t, gzipped, document("x"))+"noise noise noise", "Content-Encoding: gzip"), 200, -32300},
		{"a gzip bomb of 1 GiB", posted(plainPath, strings.Repeat(packed(t, gzipped, strings.Repeat(" ", 1<<20)), 1024)[:1<<20], "Content-Encoding: gzip"), 413, -32007},
		{"gzip of nothing, without end", posted(plainPath, chunks(strings.Repeat(packed(t, gzipped, ""), 100_000)), "Transfer-Encoding: chunked", "Content-Encoding: gzip"), 413, -32007},
		{"deflate that is none", posted(plainPath, "plain text", "Content-Encoding: deflate"), 200, -32300},
		{"a deflate bomb", posted(plainPath, packed(t, deflated, strings.Repeat(" ", 16<<20)), "Content-Encoding: deflate"), 413, -32007},
		{"an unknown coding", posted(plainPath, document("x"), "Content-Encoding: br"), 415, -32300},
		{"two codings", posted(plainPath, packed(t, gzipped, packed(t, gzipped, document("x"))), "Content-Encoding: gzip, gzip"), 415, -32300},
		{"two codings in two lines", posted(plainPath, packed(t, gzipped, document("x")), "Content-Encoding: gzip", "Content-Encoding: identity"), 415, -32300},

		{"a target of 9000 bytes", "POST /RPC2?" + strings.Repeat("q", 9000) + " HTTP/1.1\r\nHost: x\r\n\r\n", 414, 0},
		{"2000 header lines", posted(plainPath, "", strings.Repeat("A: b\r\n", 2000)+"B: c"), 431, 0},
		{"a header of 1 MiB", posted(plainPath, "", "A: "+strings.Repeat("b", 1<<20)), 431, 0},
		{"head without end", "POST " + plainPath + " HTTP/1.1\r\n" + strings.Repeat("A: b\r\n", 200_000), 431, 0},
	} {
		t.Run(c.why, func(t *testing.T) {
			start, memory := time.Now(), allocated()
			answers := exchange(t, address, c.request+last)
			took, memory := time.Since(start), allocated()-memory
			if len(answers) == 0 || answers[0].status != c.status {
				t.Fatalf("%d answers, want status %d first; %+v", len(answers), c.status, first(answers))
			}
			a := answers[0]
			switch {
			case c.code == 0 && a.fault != nil, c.code != 0 && (a.fault == nil || a.fault.code != c.code || a.fault.text == ""):
				t.Errorf("fault %+v, want %d", a.fault, c.code)
			case len(answers) > 2, len(answers) == 2 && answers[1].body != lastAnswer:
				t.Errorf("%d answers; the second is %q", len(answers), answers[1].body)
			case len(a.body) > 1500:
				t.Errorf("%d bytes of answer", len(a.body))
			}
			if took > quick {
				t.Errorf("took %s", took)
			}
			if memory > requestMemory {
				t.Errorf("took %d MiB", memory>>20)
			}
			if a := before.call(t, "system.methodExist", "system.login"); a.value != true {
				t.Errorf("the next caller got %s", a.body)
			}
		})
	}
	if logs := s.logs.String(); strings.Contains(logs, "nnnnnnnnnn"+strings.Repeat("n", 200)) || strings.Contains(logs, `"level":"ERROR"`) {
		t.Error("strangers' requests made errors, or whole pages, in the log")
	}
}

func manyAttributes(n int) string {
	var b strings.Builder
	for i := range n {
		fmt.Fprintf(&b, ` a%d=""`, i)
	}
	return b.String()
}

// chunks are a body's first chunk, without the last.
func chunks(body string) string { return fmt.Sprintf("%x\r\n%s\r\n", len(body), body) }

func gzipped(w io.Writer) io.WriteCloser {
	z, _ := gzip.NewWriterLevel(w, gzip.BestCompression) // the level exists
	return z
}

func deflated(w io.Writer) io.WriteCloser { return zlib.NewWriter(w) }

func packed(t testing.TB, coding func(io.Writer) io.WriteCloser, text string) string {
	t.Helper()
	var b bytes.Buffer
	w := coding(&b)
	_, err := io.WriteString(w, text)
	must(t, err)
	must(t, w.Close())
	return b.String()
}

// spoilt flips a bit of the checksum at the end.
func spoilt(s string) string {
	b := []byte(s)
	b[len(b)-6] ^= 1
	return string(b)
}

// TestCompressedBodies: the codings that are taken (phpgroupware contract §8.6).
func TestCompressedBodies(t *testing.T) {
	s := newService(t, options{})
	call := document("examples.stringecho", "é & <x>")
	for _, c := range []struct{ coding, body string }{
		{"gzip", packed(t, gzipped, call)},
		{"x-gzip", packed(t, gzipped, call)},
		{"GZip", packed(t, gzipped, call)},
		{"deflate", packed(t, deflated, call)},
		{"identity", call},
		{"gzip", packed(t, gzipped, call[:30]) + packed(t, gzipped, call[30:])},
	} {
		s.client(plainPath).with("Content-Encoding", c.coding).post(t, c.body).wantValue(t, "é & <x>")
	}
}
