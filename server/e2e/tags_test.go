//go:build !pam

package e2e

// buildTags are those of the program under test.
const buildTags = ""
