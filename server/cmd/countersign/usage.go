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
	node := c.Selected()
	if node == nil {
		node = c.Model.Node
	}
	return "Usage: countersign " + strings.TrimSpace(strings.TrimPrefix(node.Summary(), "countersign"))
}

// reportParse says what is wrong with a command line. The exit status is 2, but 1 for
// an unknown action of role (webyast contract §7.1).
func reportParse(io stdio, err error) int {
	status := report(io, misuse{fmt.Errorf("%w (countersign --help tells more)", err)})
	p, ok := errors.AsType[*kong.ParseError](err)
	if !ok {
		return status
	}
	fmt.Fprintln(io.err, usage(p.Context))
	if node := p.Context.Selected(); node != nil && node.Name == "role" && strings.HasPrefix(p.Error(), "unexpected argument") {
		return 1
	}
	return status
}
