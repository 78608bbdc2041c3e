//go:build pam && cgo

package pamauth

/*
#cgo LDFLAGS: -lpam
#include <security/pam_appl.h>
#include <shadow.h>
#include <signal.h>
#include <stdlib.h>

static void no_delay(int status, unsigned usec, void *data) {
	(void)status; (void)usec; (void)data;
}

// Modules ask for a delay after a failure; with a function set, libpam calls that
// instead of sleeping.
static int set_no_delay(void *handle) {
	return pam_set_item((pam_handle_t *)handle, PAM_FAIL_DELAY, (const void *)no_delay);
}

static void release(char *s) { free(s); }

static void die_silently(void) {
	static const int fatal[] = {SIGSEGV, SIGBUS, SIGFPE, SIGILL, SIGABRT, SIGSYS, SIGTRAP};
	for (unsigned i = 0; i < sizeof fatal / sizeof *fatal; i++) signal(fatal[i], SIG_DFL);
}

// 0: no such record, or no right to read it; 1: a hash; 2: a hash behind a lock;
// 3: no hash at all.
static int shadow_state(const char *user) {
	struct spwd *s = getspnam(user);
	if (s == NULL || s->sp_pwdp == NULL) return 0;
	const char *p = s->sp_pwdp;
	if (*p != '!' && *p != '*' && *p != '\0') return 1;
	while (*p == '!' || *p == '*') p++;
	return *p == '\0' ? 3 : 2;
}
*/
import "C"

import (
	"errors"
	"reflect"
	"runtime"

	"github.com/msteinert/pam/v2"
)

// dieSilently makes a module that crashes end the process at once. Go's own handlers would
// print the registers first, and one of them may hold a piece of the password. They
// also make a nil pointer of Go code a panic, which a worker can do without.
func dieSilently() { C.die_silently() }

// noDelay switches the delay after a failure off: slowing guesses down is the
// throttle's work, and a worker that sleeps is one that others lack. The pam package has
// no call for it and does not show its handle.
func noDelay(t *pam.Transaction) error {
	handle := reflect.ValueOf(t).Elem().FieldByName("handle")
	if handle.Kind() != reflect.Pointer || handle.IsNil() {
		return errors.New("the handle of a transaction is not where it was")
	}
	status := pam.Error(C.set_no_delay(handle.UnsafePointer()))
	runtime.KeepAlive(t)
	if status != 0 {
		return status
	}
	return nil
}

// refine tells a locked account from a wrong password, for the audit: pam_unix says the
// same for both, because `passwd -l` works by making the hash unusable.
func refine(r result, user string) result {
	if r.outcome != outcomePassword {
		return r
	}
	name := C.CString(user)
	defer C.release(name)
	switch C.shadow_state(name) {
	case 2:
		r.outcome = outcomeLocked
	case 3:
		r.outcome = outcomeNoPassword
	}
	return r
}
