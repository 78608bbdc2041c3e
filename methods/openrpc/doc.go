// Package openrpc is the module rpc, whose one method discover describes the service as
// an OpenRPC document (OpenRPC specification 1.3.2), made from the registry as the
// caller sees it: what may not be called, or is not in listings, is not in the document.
//
// The document is about JSON-RPC, but it is an ordinary struct, so that it can be asked
// for over every wire. It must stay valid for the OpenRPC meta-schema and for JSON
// Schema draft 7, whatever modules declare, and it must never name what the caller may
// not call.
package openrpc
