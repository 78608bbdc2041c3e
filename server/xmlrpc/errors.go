package xmlrpc

import (
	"errors"

	"countersign/methods"
	"countersign/server/internal/xmltext"
)

// notCall is for documents that are well formed but not XML-RPC.
func notCall(why string) *methods.Error {
	return &methods.Error{Kind: methods.KindInvalidRequest, Public: why}
}

var (
	errDate = notCall("a dateTime in no known form")
	// errUnsendable: a result that the format cannot carry, a fault of the method.
	errUnsendable = errors.New("xmlrpc: the result cannot be encoded")
)

// syntaxError gives the scanner's refusals their kinds.
func syntaxError(err error) error {
	s, ok := errors.AsType[*xmltext.SyntaxError](err)
	if !ok {
		return err
	}
	kind := methods.KindParse
	switch s.Kind {
	case xmltext.ErrEncoding:
		kind = methods.KindEncoding
	case xmltext.ErrChar:
		kind = methods.KindCharacter
	case xmltext.ErrLimit:
		kind = methods.KindTooLarge
	}
	return &methods.Error{Kind: kind, Public: s.Error()}
}
