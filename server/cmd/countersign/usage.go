package main

import (
	"errors"
	"fmt"
	"strings"

	"github.com/alecthomas/kong"
)

// badUse is a misuse that the command's usage explains: it is shown below the reason
// (webyast contract §7.1).
type badUse struct{ misuse }

func (e badUse) Unwrap() error { return e.misuse }

func badUsef(format string, args ...any) error { return badUse{misuse{fmt.Errorf(format, args...)}} }

// usage is a command in one line; of the program as a whole if none was named.
func usage(c *kong.Context) string {
	if c == nil {
		return "Usage: countersign <command> [flags]"
	}
	return "Usage: countersign " + strings.TrimSpace(strings.TrimPrefix(nodeOf(c).Summary(), "countersign"))
}

// reportParse says what is wrong with a command line. The exit status is 2, but 1 for
// an unknown action of role (webyast contract §7.1).
func reportParse(io stdio, err error) int {
	text := err.Error()
	p, ok := errors.AsType[*kong.ParseError](err)
	action, unknown := strings.CutPrefix(text, "unexpected argument ")
	unknown = unknown && ok && len(nodeOf(p.Context).Children) > 0
	if unknown {
		text = "there is no command " + action
	}
	status := report(io, misusef("%s (countersign --help tells more)", text))
	if !ok {
		return status
	}
	fmt.Fprintln(io.err, usage(p.Context))
	if unknown && nodeOf(p.Context).Name == "role" {
		return 1
	}
	return status
}

// nodeOf is the command that was named, or the program as a whole.
func nodeOf(c *kong.Context) *kong.Node {
	if node := c.Selected(); node != nil {
		return node
	}
	return c.Model.Node
}
