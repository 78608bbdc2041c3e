package openrpc

import "countersign/methods"

// messages say in a sentence what each kind of error means.
var messages = [methods.KindCount]string{
	methods.KindParse:            "not well formed",
	methods.KindEncoding:         "unsupported encoding",
	methods.KindCharacter:        "a character that is not allowed",
	methods.KindInvalidRequest:   "well formed, but not a call",
	methods.KindMethodNotFound:   "no such method for this caller",
	methods.KindInvalidParams:    "the arguments do not fit",
	methods.KindInternal:         "internal error; the message names the request",
	methods.KindApplication:      "the method's own refusal, with this number or one of its own",
	methods.KindOutcomeUnknown:   "the outcome is unknown; ask again",
	methods.KindLoginRequired:    "no valid session: log in first",
	methods.KindLoginRefused:     "login refused",
	methods.KindPermissionDenied: "a permission is missing",
	methods.KindReadOnly:         "the login is read-only",
	methods.KindNotFound:         "no such object for this caller",
	methods.KindConflict:         "conflict with an object that exists",
	methods.KindTooLarge:         "over a published limit",
	methods.KindThrottled:        "too many attempts",
	methods.KindBusy:             "busy; try again",
	methods.KindTimeout:          "the method took too long",
	methods.KindRecursion:        "a batch inside a batch",
	methods.KindCompression:      "content coding unknown or damaged",
}

// errorTable is components.errors: the published numbers, under the names of the kinds.
func errorTable(codes *[methods.KindCount]int) methods.Value {
	var members []methods.Member
	for k := range methods.KindCount {
		if codes[k] != 0 {
			members = append(members, methods.M(k.String(), methods.Struct(
				methods.M("code", methods.Int(int64(codes[k]))), text("message", messages[k]))))
		}
	}
	return methods.Struct(members...)
}

// errorsOf are references to the errors that a method's declaration leaves possible.
func errorsOf(e *methods.Entry, codes *[methods.KindCount]int) []methods.Value {
	var refs []methods.Value
	for k := range methods.KindCount {
		if codes[k] != 0 && mayGive(e, k) {
			refs = append(refs, ref("errors", k.String()))
		}
	}
	return refs
}

func mayGive(e *methods.Entry, k methods.Kind) bool {
	harmless := e.ReadOnly && e.Access.IsPublic()
	switch k {
	case methods.KindParse, methods.KindEncoding, methods.KindCharacter, methods.KindInvalidRequest,
		methods.KindMethodNotFound, methods.KindCompression, methods.KindRecursion:
		return false // errors of a request that has not become a call
	case methods.KindLoginRequired, methods.KindLoginRefused, methods.KindPermissionDenied, methods.KindThrottled:
		return !harmless
	case methods.KindConflict, methods.KindOutcomeUnknown:
		return !e.ReadOnly
	case methods.KindReadOnly:
		return !e.ReadOnly && !e.ForReaders
	default:
		return true
	}
}
