// Package xmltext is the strict XML 1.0 scanner under the XML-RPC, SOAP and
// REST transports, and the escaping for what they write.
//
// A request is read in two steps:
//
//	text, err := xmltext.ToUTF8(body, charset)               // bytes -> UTF-8, no copy for UTF-8 and ASCII
//	err = tape.Scan(text, limits)                            // UTF-8 -> flat tape of nodes
//	for e := tape.Root().FirstElement(); e.Exists(); e = e.NextElement() { … }
//
// The tape holds offsets into the text and no values, so a call that is
// refused has cost no decoding, and a Tape that is used again allocates
// nothing. Every name, text and attribute value taken from a tape may be a
// view of the request body: see [ToUTF8] for what that asks of the caller.
//
// What is accepted is the profile of requirements INP-2: XML 1.0 and
// Namespaces in XML 1.0 without document types. One root, matching tags, no
// duplicate attributes, the five predefined entities and numeric references to
// legal characters, nothing else. Comments and processing instructions are
// checked and skipped. Undeclared prefixes pass Scan, because XML-RPC clients
// send <ex:nil/> without a declaration (phpgroupware contract §8.5); they are
// reported by [Node.Namespace].
//
// The package must never read a document type, resolve anything outside the
// document, repair a document, build values of a wire format, or put text
// content into an error (requests carry passwords).
package xmltext
