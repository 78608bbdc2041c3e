// Package accounttest is the suite that every account.Store passes. A Backend gives
// the sessions and announcements of the same database too, because changes to
// accounts end sessions and tell other processes.
package accounttest
