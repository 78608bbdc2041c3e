// Package jsonrpc is the JSON-RPC transport: versions 1.0, 1.1 and 2.0 by POST, calls
// by GET, JSONP, and the batches of 2.0 (JSON-RPC 2.0 specification, 2013; the older
// versions as in bugzilla contract §2 and §3).
//
// Input is read strictly, in one pass, to a flat tape: RFC 8259 without duplicate
// member names, lone surrogates, NUL or anything behind the value (requirements
// INP-3). Arguments become values only when the caller may make the call. Output is
// JSON that may stand in a script: <, >, &, U+2028 and U+2029 are always escaped.
//
// What counts against the limits: a token is what Decoder.Token of encoding/json gives,
// so both ends of an array or object are one each; an argument may nest as deep as over
// XML-RPC, and the envelope around it does not count.
//
// The package does not authenticate, authorise, limit rates or log.
package jsonrpc
