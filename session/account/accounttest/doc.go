// Package accounttest is the suite that every account.Store passes, and the one that
// every account.Offers does. A Backend gives the sessions and announcements of the same
// database too, because changes to accounts end sessions and tell other processes.
package accounttest
