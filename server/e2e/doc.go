// Package e2e holds the tests that run the real program as a process of its own:
// unmodified clients in their own languages against it, and kill -9 in the middle of
// a storm of logins and logouts. It has no code of its own.
package e2e
