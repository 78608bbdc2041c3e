// Package server puts the pieces together into an HTTP service.
//
// One call, from socket to answer:
//
//	listener, limits, time-outs, request id        listen.go, limits.go
//	endpoint = path + transport + dialect          endpoint.go: one table lists them all
//	admission: credentials → caller                admission.go, before the body is read
//	transport: bytes → method name and arguments   one package each
//	look up, right, arguments                      prepare.go
//	dispatch: run once, whatever it does           dispatch.go
//	dialect: shape of the result or of the fault   server/dialect
//	transport: value or fault → bytes
//
// Admission and dispatch exist once, so expiry, rights, limits and kinds of error are
// the same over every wire. The way through the core, from exchange.go on, knows
// header values and bytes but not net/http, so that the engine in front is a choice.
package server
