// Package wire is what a transport and the server say to each other. A transport
// turns the bytes of a request into calls and outcomes into the bytes of an answer;
// between the two it asks a Core, which is the server's side: admission, dispatch
// and the dialect.
//
// A transport does not authenticate, authorise, limit rates or log, and nothing here
// knows net/http: the engine in front stays a choice.
package wire
