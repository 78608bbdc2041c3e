package dialect

import (
	"countersign/methods"
	"countersign/server/wire"
)

// Arrival is a request before its body is read.
type Arrival struct {
	// Transport and Verb name the wire format and the HTTP method; Media is the media
	// type in small letters, "" for none, Empty a request that announces no body.
	Transport, Verb, Media string
	Empty                  bool
}

// Gate is how an Arrival is met. The zero Gate lets it in.
type Gate struct {
	// Status and Text are the whole answer, if Status is not 0.
	Status int
	Text   string
	// Refuse is answered as a fault, and the body is never read.
	Refuse *methods.Error
	// Late is answered when the call turns out to be one that could be made otherwise.
	Late *methods.Error
}

// Incoming is a call whose method was found and whose arguments were decoded, and which
// nobody was asked about yet. Prepare changes it in place.
type Incoming struct {
	// Entry is the method. It and Headers are not to be changed.
	Entry   *methods.Entry
	Headers Headers
	// Params and Named are the arguments, as in a methods.Call.
	Params []methods.Value
	Named  []methods.Member

	// Credential is what the call offers besides the Authorization header, and instead
	// of it.
	Credential wire.Credential
	// InArguments tells that it was among the arguments, which for a GET are part of the
	// address.
	InArguments bool
	// Strict refuses the call if the credentials that came with it do not hold, even if it
	// could be made without.
	Strict bool
	// NeedsCaller says that with RequireLogin this method needs a caller, even if it is
	// otherwise public.
	NeedsCaller bool
}

// Rejected are the refusals of credentials that do not hold; nil for "log in first".
type Rejected struct{ Password, Token, Key *methods.Error }
