package xmlrpc

import (
	"errors"

	"countersign/methods"
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
