// Package xmlrpc is the XML-RPC transport: it decodes methodCall documents and
// encodes methodResponse documents (XML-RPC specification, 1999-2003; input rules of
// phpgroupware contract §8.5, output subset of §6.1).
//
// Input is read strictly by the shared scanner (server/internal/xmltext) to a flat
// tape; arguments become values only when the caller may make the call. Output is
// only what every known client library reads: a type tag on every value, <int>
// within 32 bits, <boolean> 0 or 1, dates without zone, no nil, no comments.
//
// The package does not authenticate, authorise, limit rates or log.
package xmlrpc
