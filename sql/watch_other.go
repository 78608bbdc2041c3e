//go:build !linux

package sql

import "context"

// watchFile cannot watch a file here.
func watchFile(context.Context, string, func()) error { return errCannotWatch }
