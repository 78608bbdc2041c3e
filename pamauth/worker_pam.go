//go:build pam && cgo

package pamauth

import (
	"errors"
	"fmt"
	"runtime"
	"strings"

	"github.com/msteinert/pam/v2"

	"countersign/session/verify"
)

// built tells whether this program can call PAM.
const built = true

// Handlers returns the worker's side. It must run in worker processes only.
func Handlers() verify.Handlers {
	return verify.Handlers{kindLogin: login, kindProbe: probe}
}

// login is one transaction from pam_start to pam_end.
func login(payload []byte, ask verify.Ask) ([]byte, error) {
	r, err := decodeRequest(payload)
	if err != nil {
		return nil, err
	}
	if strings.ContainsRune(r.service+r.confDir+r.user+r.rhost+r.password, 0) || r.user == "" || r.password == "" || len(r.password) > maxSecret {
		return nil, errPayload
	}
	// Modules may keep state by thread.
	runtime.LockOSThread()
	defer runtime.UnlockOSThread()
	dieSilently()
	t, err := begin(r, &conversation{ask: ask, password: r.password})
	if err != nil {
		return unavailable("pam_start", err).encode(), nil
	}
	outcome := run(t, r)
	if err := t.End(); err != nil {
		outcome.detail = strings.TrimSpace(outcome.detail + " pam_end: " + err.Error())
	}
	return outcome.encode(), nil
}

func unavailable(call string, err error) result {
	return result{outcome: outcomeUnavailable, detail: clean(call + ": " + err.Error())}
}

// begin starts a transaction and sets what modules may want to know.
func begin(r request, c pam.ConversationHandler) (*pam.Transaction, error) {
	start := func() (*pam.Transaction, error) { return pam.Start(r.service, r.user, c) }
	if r.confDir != "" {
		start = func() (*pam.Transaction, error) { return pam.StartConfDir(r.service, r.user, c, r.confDir) }
	}
	t, err := start()
	if err != nil {
		return nil, err
	}
	err = noDelay(t)
	// pam_access takes a login without host and terminal for one at the console.
	err = errors.Join(err, t.SetItem(pam.Tty, r.service))
	if r.rhost != "" {
		err = errors.Join(err, t.SetItem(pam.Rhost, r.rhost))
	}
	if err != nil {
		return nil, errors.Join(err, t.End())
	}
	return t, nil
}

// run does the two checks and reads the canonical name back.
func run(t *pam.Transaction, r request) result {
	if err := t.Authenticate(pam.DisallowNullAuthtok); err != nil {
		return refine(authenticated(err), r.user)
	}
	// Silent: that a password expires in some days is not for a login that succeeds.
	if err := t.AcctMgmt(pam.Silent | pam.DisallowNullAuthtok); err != nil {
		return accounted(err)
	}
	name, err := t.GetItem(pam.User)
	if err != nil {
		return unavailable("pam_get_item", err)
	}
	return result{outcome: outcomeGranted, user: name}
}

// authenticated is the outcome of a pam_authenticate that failed.
func authenticated(err error) result {
	r := common("pam_authenticate", err)
	if errors.Is(err, pam.ErrAuth) {
		r.outcome = outcomePassword
	}
	return r
}

// accounted is the outcome of a pam_acct_mgmt that failed. The password was right.
func accounted(err error) result {
	r := common("pam_acct_mgmt", err)
	if errors.Is(err, pam.ErrAuth) {
		r.outcome = outcomeLocked
	}
	return r
}

// common is what both calls' statuses mean alike. Whatever it does not know, PAM could
// not decide: that is never a refusal.
func common(call string, err error) result {
	r := unavailable(call, err)
	switch {
	case errors.Is(err, pam.ErrUserUnknown):
		r.outcome = outcomeUnknown
	case errors.Is(err, pam.ErrNewAuthtokReqd):
		r.outcome = outcomeChange
	case errors.Is(err, pam.ErrAcctExpired), errors.Is(err, pam.ErrCredExpired), errors.Is(err, pam.ErrAuthtokExpired):
		r.outcome = outcomeExpired
	case errors.Is(err, pam.ErrMaxtries), errors.Is(err, pam.ErrPermDenied):
		r.outcome = outcomeLocked
	}
	return r
}

// probe starts a transaction of the service and ends it, which reads the service file.
func probe(payload []byte, _ verify.Ask) ([]byte, error) {
	r, err := decodeRequest(payload)
	if err != nil {
		return nil, err
	}
	runtime.LockOSThread()
	defer runtime.UnlockOSThread()
	t, err := begin(r, pam.ConversationFunc(func(pam.Style, string) (string, error) { return "", errNoPrompt }))
	if err != nil {
		return unavailable("pam_start", err).encode(), nil
	}
	if err := t.End(); err != nil {
		return nil, fmt.Errorf("pam_end: %w", err)
	}
	return result{outcome: outcomeGranted}.encode(), nil
}
