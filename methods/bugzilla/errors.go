package bugzilla

import (
	"fmt"
	"strings"

	"countersign/methods"
)

// Numbers of bugzilla contract §10.
const (
	codeMissing     = 50
	codeNoObject    = 51
	codeNotNumber   = 52
	codeInvalid     = 53
	codeTooLarge    = 54
	codeNotScalars  = 58
	codeRefused     = 300
	codeDenied      = 304
	codeNotComplex  = 305
	codeExists      = 500
	codeNoEmail     = 501
	codeTooShort    = 502
	codeAnonymous   = 505
	codeNoGroup     = 804
	codeUnnumbered  = 32000
	quotedMost      = 100
	quotedTruncated = "…"
)

func fault(kind methods.Kind, code int, format string, args ...any) *methods.Error {
	e := methods.Errorf(kind, format, args...)
	e.Code = code
	return e
}

// missing is the refusal of an argument that is there and empty; its words are those of
// one that is not there.
func missing(c *methods.Call, argument string) *methods.Error {
	return fault(methods.KindInvalidParams, codeMissing,
		"The function %s requires a %s argument, and that argument was not set.", c.Entry.FullName, argument)
}

func oneOf(c *methods.Call, arguments ...string) *methods.Error {
	return fault(methods.KindInvalidParams, codeMissing,
		"The function %s requires that you set one of the following parameters: %s", c.Entry.FullName, strings.Join(arguments, ", "))
}

func invalid(c *methods.Call, argument, why string) *methods.Error {
	return fault(methods.KindInvalidParams, codeInvalid, "The %s argument of %s is not valid: %s.", argument, c.Entry.FullName, why)
}

func denied(format string, args ...any) *methods.Error {
	return fault(methods.KindPermissionDenied, codeDenied, "Sorry, you are not authorized to "+format, args...)
}

func exists(address string) *methods.Error {
	return fault(methods.KindConflict, codeExists, "There is already an account with the login name %s.", quoted(address))
}

func noUser(name string) *methods.Error {
	return fault(methods.KindNotFound, codeNoObject, "There is no user named %s.", quoted(name))
}

// quoted repeats to the caller what the caller sent, up to a length.
func quoted(s string) string {
	if r := []rune(s); len(r) > quotedMost {
		s = string(r[:quotedMost]) + quotedTruncated
	}
	return fmt.Sprintf("%q", s)
}
