package dialect

import (
	"fmt"
	"net/http"

	"countersign/methods"
	"countersign/server/wire"
)

// Numbers of Bugzilla's own that do not belong to a kind (bugzilla contract §10).
const (
	bugzillaMissing     = 50
	bugzillaNotNumber   = 52
	bugzillaBadArgument = 53
	bugzillaNotDate     = 56
	bugzillaNotList     = 58
	bugzillaLogin       = 300
	bugzillaBadKey      = 306
	bugzillaUnnumbered  = 32000
	bugzillaXMLType     = 32612
	bugzillaJSONType    = 32613
)

// bugzillaCodes are the numbers of XML-RPC and JSON-RPC 2.0: Bugzilla's own where there
// is one, the protocol's for its faults (bugzilla contract §10, §15).
var bugzillaCodes = Codes{
	methods.KindParse:          -32700,
	methods.KindEncoding:       -32700,
	methods.KindCharacter:      -32700,
	methods.KindInvalidRequest: -32600,
	methods.KindMethodNotFound: -32601,
	methods.KindInvalidParams:  bugzillaBadArgument,
	methods.KindInternal:       -32000,
	methods.KindCompression:    -32600,
	methods.KindRecursion:      -32600,

	methods.KindLoginRequired:    410,
	methods.KindLoginRefused:     bugzillaLogin,
	methods.KindPermissionDenied: 304,
	methods.KindReadOnly:         304,
	methods.KindNotFound:         51,
	methods.KindApplication:      bugzillaUnnumbered,
	methods.KindConflict:         bugzillaUnnumbered,
	methods.KindThrottled:        bugzillaUnnumbered,
	methods.KindTooLarge:         bugzillaUnnumbered,
	methods.KindBusy:             -32000,
	methods.KindTimeout:          -32000,
	methods.KindOutcomeUnknown:   -32000,
}

// bugzillaJSONCodes are those of JSON-RPC 1.0 and 1.1: JSON::RPC's own numbers, and 68000
// for an unnumbered fault of the server, since negative ones were shown as 100000 plus
// the number.
var bugzillaJSONCodes = func() Codes {
	c := bugzillaCodes
	c[methods.KindParse] = 100201
	c[methods.KindEncoding] = 100201
	c[methods.KindCharacter] = 100201
	c[methods.KindInvalidRequest] = 100300
	c[methods.KindMethodNotFound] = 100302
	c[methods.KindInternal] = 100500
	for _, k := range []methods.Kind{
		methods.KindBusy, methods.KindTimeout, methods.KindOutcomeUnknown, methods.KindCompression, methods.KindRecursion,
	} {
		c[k] = 68000
	}
	return c
}()

// bugzillaExempt are the methods that do not look at who calls (bugzilla contract §7):
// a stale token in such a call does no harm. A password in it is tried all the same.
var bugzillaExempt = []string{
	"Bugzilla.parameters", "Bugzilla.timezone", "Bugzilla.version", bugzillaLoginMethod, "User.offer_account_by_email",
	"User.accept_offer",
}

// bugzillaLenient is exempt too, but tells more to whoever is known.
const bugzillaLenient = "Bugzilla.parameters"

const bugzillaLoginMethod = "User.login"

// Bugzilla is the RPC interface of Bugzilla 3.6 to 5.2 at jsonrpc.cgi and xmlrpc.cgi: one
// struct of named arguments with the credentials among them, numbered errors with status
// 200, no cookies (bugzilla contract).
func Bugzilla() *Dialect {
	return &Dialect{
		Name:     "bugzilla",
		Wires:    []string{"xmlrpc", "jsonrpc"},
		Families: []string{"bugzilla"},
		Codes:    bugzillaCodes,
		CodesFor: func(v wire.Version) *Codes {
			if v == wire.JSON10 || v == wire.JSON11 {
				return &bugzillaJSONCodes
			}
			return nil
		},
		Number:  bugzillaNumber,
		Text:    bugzillaText,
		Gate:    bugzillaGate,
		Prepare: bugzillaPrepare,
		Rejected: Rejected{
			Password: &methods.Error{Kind: methods.KindLoginRefused, Public: bugzillaWrongLogin},
			Token: &methods.Error{
				Kind: methods.KindLoginRequired, Code: bugzillaUnnumbered,
				Public: "The token you sent is not valid, or no longer: log in again.",
			},
			Key: &methods.Error{Kind: methods.KindLoginRefused, Code: bugzillaBadKey, Public: "The API key you specified is not valid."},
		},
		NoCookies: true,
		FoldNames: true,
		Style:     wire.Style{JSONLegacy: true, DropNil: true, Declared: true},
		Header:    [][2]string{{"X-Frame-Options", "SAMEORIGIN"}, {"X-Xss-Protection", "1; mode=block"}},
		Types:     map[string]string{"xmlrpc": "text/xml", "jsonrpc": "application/json; charset=UTF-8"},
	}
}

const bugzillaWrongLogin = "The login or password you entered is not valid."

// bugzillaGate is the table of bugzilla contract §1 and §4. The media type is what keeps
// pages of other sites out.
func bugzillaGate(r Arrival) Gate {
	if r.Transport == "xmlrpc" {
		return bugzillaXMLGate(r)
	}
	switch {
	case r.Verb == http.MethodGet, r.Verb == http.MethodHead:
		return Gate{}
	case r.Verb != http.MethodPost, r.Empty, r.Media == "", r.Media == "application/x-www-form-urlencoded":
		return Gate{Status: http.StatusForbidden, Text: "No data."}
	case r.Media == "application/json", r.Media == "application/json-rpc":
		return Gate{}
	}
	return Gate{Late: &methods.Error{
		Kind: methods.KindApplication, Code: bugzillaJSONType,
		Public: "When using JSON-RPC over POST, you must send the content type application/json or application/json-rpc.",
	}}
}

func bugzillaXMLGate(r Arrival) Gate {
	switch {
	case r.Verb == http.MethodPost && !r.Empty:
	case r.Verb == http.MethodPost, r.Verb == http.MethodGet, r.Verb == http.MethodHead, r.Verb == http.MethodOptions:
		return Gate{Status: http.StatusLengthRequired}
	default:
		return Gate{Status: http.StatusMethodNotAllowed}
	}
	if r.Media == "text/xml" || r.Media == "application/xml" {
		return Gate{}
	}
	return Gate{Refuse: &methods.Error{
		Kind: methods.KindApplication, Code: bugzillaXMLType,
		Public: "When using XML-RPC, you must send the content type text/xml or application/xml.",
	}}
}

// bugzillaNumber tells arguments that do not fit apart.
func bugzillaNumber(f Failure) (int, bool) {
	a := f.Error.Argument
	if f.Error.Kind != methods.KindInvalidParams || a == nil {
		return 0, false
	}
	switch {
	case a.Missing:
		return bugzillaMissing, true
	case a.Want == methods.TypeInt.String(), a.Want == methods.TypeLong.String(), a.Want == methods.TypeDouble.String():
		return bugzillaNotNumber, true
	case a.Want == methods.TypeDateTime.String():
		return bugzillaNotDate, true
	case a.Want == methods.TypeArray.String():
		return bugzillaNotList, true
	}
	return 0, false
}

// bugzillaText words faults with the fragments that scripts look for (bugzilla contract
// §10).
func bugzillaText(f Failure) string {
	e := f.Error
	switch e.Kind {
	case methods.KindInternal:
		return "An error occurred on the server; its log has more under request " + f.RequestID + "."
	case methods.KindMethodNotFound:
		return fmt.Sprintf("There is no method named %q.", f.Method)
	case methods.KindLoginRequired:
		if e.Code == 0 {
			return "You must log in before using this part of Bugzilla."
		}
	case methods.KindLoginRefused:
		if e.Code == 0 {
			return bugzillaWrongLogin
		}
	case methods.KindThrottled:
		return "Your account or address is locked out after too many failed attempts to log in; try again later."
	case methods.KindPermissionDenied, methods.KindReadOnly:
		if !f.Inside {
			return "Sorry, you are not authorized to call " + f.Method + "."
		}
	case methods.KindInvalidParams:
		if a := e.Argument; a != nil && a.Missing {
			return fmt.Sprintf("The function %s requires a %s argument, and that argument was not set.", f.Method, a.Name)
		} else if a != nil {
			return fmt.Sprintf("The function %s got a %s argument that is not valid: %s.", f.Method, a.Name, a.Error())
		}
	}
	return e.Public
}
