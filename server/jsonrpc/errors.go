package jsonrpc

import (
	"errors"
	"fmt"

	"countersign/methods"
	"countersign/server/wire"
)

// The numbers of Perl's JSON::RPC and of Bugzilla (bugzilla contract §3, §10), for the
// dialects that show them.
const (
	codeUnreadable   = 100201
	codeNoMethod     = 100300
	codeMethodName   = 100301
	codeParamsShape  = 100400
	codeBadQuery     = 32000
	codeIllegalJSONP = 32611
)

// Limits that are not in wire.Limits (requirements, table of numbers).
const (
	maxNumberBytes    = 64
	maxQueryArguments = 100
	maxCallbackBytes  = 128
)

// notCall is for documents that are JSON but no request.
func notCall(code int, why string) *methods.Error {
	return &methods.Error{Kind: methods.KindInvalidRequest, Code: code, Public: why}
}

func tooLarge(why string) *methods.Error {
	return &methods.Error{Kind: methods.KindTooLarge, Public: why}
}

// unreadable is for documents that use what the profile does not have.
func unreadable(at int, why string) *methods.Error {
	return &methods.Error{
		Kind: methods.KindParse, Code: codeUnreadable, Public: fmt.Sprintf("byte %d: %s", at, why),
	}
}

// notJSON is for documents that are not JSON.
func notJSON(at int, why string) *methods.Error { return formula(unreadable(at, why)) }

// formula marks an error as one that the examples of JSON-RPC 2.0 §7 show, whose answers
// have no data.
func formula(e *methods.Error) *methods.Error {
	e.Cause = wire.ErrFormula
	return e
}

var (
	errNotObject    = formula(notCall(0, "a request is a JSON object, or an array of them"))
	errEmptyBatch   = formula(notCall(0, "a batch without requests"))
	errMemberCase   = notCall(0, "a member's name in other letter case than jsonrpc, version, method, params or id")
	errVersion      = notCall(0, `the member jsonrpc is not "2.0"`)
	errID           = notCall(0, "an id that is neither string, number nor null")
	errNoMethod     = formula(notCall(codeNoMethod, "the request names no method"))
	errMethodName   = notCall(codeMethodName, "a method's name with characters other than letters, digits, _ and .")
	errParamsShape  = notCall(0, "params is neither an array nor an object")
	errParamsArray  = notCall(codeParamsShape, "params of JSONRPC 1.0 must be an array")
	errEncoding     = &methods.Error{Kind: methods.KindEncoding, Public: "JSON in another encoding than UTF-8"}
	errDouble       = &methods.Error{Kind: methods.KindInvalidParams, Public: "a number outside the range of a double"}
	errAnswerTooBig = tooLarge("the batch's answer has no room for this result")
	errBatchTooBig  = tooLarge("the batch's answer is too large")

	errQueryTooLong  = tooLarge("too many query parameters")
	errQuery         = notCall(codeBadQuery, "a query that is not percent-encoded UTF-8")
	errQueryNoMethod = notCall(codeBadQuery, "the query names no method")
	errQueryParams   = notCall(codeBadQuery, "params in the query is empty")
	errCallback      = notCall(codeIllegalJSONP, "what you gave cannot be used as your 'callback' parameter")
	errNoJSONP       = notCall(codeIllegalJSONP, "nothing can be used as your 'callback' parameter: JSONP is off")

	// errUnsendable: a result that the format cannot carry, a fault of the method.
	errUnsendable = errors.New("jsonrpc: the result cannot be encoded")
)
