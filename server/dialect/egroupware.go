package dialect

import (
	"net/http"

	"countersign/methods"
	"countersign/server/wire"
)

// EGroupware is profile C, eGroupware 1.0 to 1.8: real arrays and typed values, and a
// refused call is HTTP 401 with a challenge, because KDE's clients send credentials
// only after one (phpgroupware contract §0, §6). The body carries the older word too;
// clients that know the status do not read it.
func EGroupware() *Dialect {
	d := phpgw("egroupware")
	d.Challenge = `Basic realm="eGroupWare xmlrpc"`
	d.Refuse = func(e *methods.Error, v wire.Version) (wire.Outcome, bool) {
		if refused(e, v) {
			return wire.Outcome{Value: unauthorized, Status: http.StatusUnauthorized}, true
		}
		return wire.Outcome{}, false
	}
	return d
}
