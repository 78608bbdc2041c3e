package dialect

import (
	"errors"

	"countersign/methods"
	"countersign/server/wire"
)

// plainCodes is the published table: the numbers of the faults-interop specification
// and, from -32000 to -32099, our own (phpgroupware contract §8.4). Every wire that has
// numbered errors uses it unless its dialect has numbers of its own.
var plainCodes = Codes{
	methods.KindParse:          -32700,
	methods.KindEncoding:       -32701,
	methods.KindCharacter:      -32702,
	methods.KindInvalidRequest: -32600,
	methods.KindMethodNotFound: -32601,
	methods.KindInvalidParams:  -32602,
	methods.KindInternal:       -32603,
	methods.KindApplication:    -32500,
	methods.KindCompression:    -32300,

	methods.KindOutcomeUnknown:   -32000,
	methods.KindLoginRequired:    -32001,
	methods.KindLoginRefused:     -32002,
	methods.KindPermissionDenied: -32003,
	methods.KindReadOnly:         -32004,
	methods.KindNotFound:         -32005,
	methods.KindConflict:         -32006,
	methods.KindTooLarge:         -32007,
	methods.KindThrottled:        -32008,
	methods.KindBusy:             -32009,
	methods.KindTimeout:          -32010,
	methods.KindRecursion:        -32011,
}

// Plain is Countersign's own dialect: typed values, faults for everything that is not
// a success, full introspection.
func Plain() *Dialect {
	return &Dialect{Name: "plain", Families: []string{"plain"}, Codes: plainCodes, Text: plainText, Detail: plainDetail, Challenge: `Basic realm="countersign"`}
}

// jsonFormulas are the messages of JSON-RPC 2.0 §5.1. Its own examples have them word
// for word, so what went wrong in particular goes into the data.
var jsonFormulas = map[methods.Kind]string{
	methods.KindParse:          "Parse error",
	methods.KindInvalidRequest: "Invalid Request",
	methods.KindMethodNotFound: "Method not found",
	methods.KindInvalidParams:  "Invalid params",
}

func plainText(f Failure) string {
	if f.Version == wire.JSON20 {
		if formula, ok := jsonFormulas[f.Error.Kind]; ok {
			return formula
		}
	}
	if f.Error.Kind == methods.KindInternal {
		return "internal error; the log has more under request " + f.RequestID
	}
	return f.Error.Public
}

func plainDetail(f Failure) string {
	_, ok := jsonFormulas[f.Error.Kind]
	if f.Version != wire.JSON20 || !ok || errors.Is(f.Error, wire.ErrFormula) || f.Error.Kind == methods.KindMethodNotFound {
		return ""
	}
	return f.Error.Public
}
