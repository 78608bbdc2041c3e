package soap

import (
	"errors"

	"countersign/methods"
)

// code is a fault code that an error has instead of the one of its kind.
type code uint8

const (
	codeOfKind code = iota
	codeVersionMismatch
	codeMustUnderstand
	codeDataEncodingUnknown
)

// envelopeError is an error about the envelope itself.
type envelopeError struct {
	err  *methods.Error
	code code
}

// Error implements error.
func (e *envelopeError) Error() string { return e.err.Error() }

// Unwrap gives the error that the core knows.
func (e *envelopeError) Unwrap() error { return e.err }

func refused(c code, why string) error { return &envelopeError{notSOAP(why), c} }

// codeOf finds the code of an error.
func codeOf(err error) code {
	if e, ok := errors.AsType[*envelopeError](err); ok {
		return e.code
	}
	return codeOfKind
}

// notSOAP is for documents that are well formed but not SOAP, or not a call.
func notSOAP(why string) *methods.Error {
	return &methods.Error{Kind: methods.KindInvalidRequest, Public: why}
}

func tooLarge(why string) *methods.Error {
	return &methods.Error{Kind: methods.KindTooLarge, Public: why}
}

// errUnsendable: a result that the format cannot carry, a fault of the method.
var errUnsendable = errors.New("soap: the result cannot be encoded")
