package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"

	"github.com/alecthomas/kong"
)

// version is set by the build (-ldflags "-X main.version=…").
var version = "0.1.0-dev"

// cli is the command line: one field per sub-command.
type cli struct {
	Serve   serveCmd   `cmd:"" help:"Run the server."`
	Demo    demoCmd    `cmd:"" help:"Run a server on scratch data with sample users, and show the handshake."`
	User    userCmd    `cmd:"" help:"Look after user and server accounts."`
	Session sessionCmd `cmd:"" help:"List and end sessions."`
	Call    callCmd    `cmd:"" help:"Call a method of a running server."`
	Check   checkCmd   `cmd:"" help:"Tell what is wrong with the settings, the database or a running server."`
	Version versionCmd `cmd:"" help:"Tell the version."`
	Worker  workerCmd  `cmd:"" hidden:"" help:"Verify passwords for a server; started by it."`
}

// stdio is the terminal, so that tests can be one.
type stdio struct {
	in       io.Reader
	out, err io.Writer
}

func main() {
	os.Exit(run(context.Background(), os.Args[1:], stdio{os.Stdin, os.Stdout, os.Stderr}))
}

// exitCode is an error that only sets the exit status: what there was to say has been
// said.
type exitCode int

func (e exitCode) Error() string { return fmt.Sprintf("exit status %d", int(e)) }

// run is main as a function. It returns the exit status: 0 done, 1 failed, 2 a command
// line or configuration that makes no sense.
func run(ctx context.Context, args []string, io stdio) int {
	var c cli
	exit := -1
	parser, err := kong.New(&c,
		kong.Name("countersign"),
		kong.Description("A session-token RPC service with a login handshake."),
		kong.UsageOnError(),
		kong.Writers(io.out, io.err),
		kong.Exit(func(code int) { exit = code; panic(stopParsing{}) }),
		kong.BindTo(ctx, (*context.Context)(nil)),
		kong.Bind(io),
		kong.Resolvers(environment{}),
	)
	if err != nil {
		fmt.Fprintln(io.err, "countersign:", err)
		return 2
	}
	parsed, err := parse(parser, args)
	switch {
	case exit >= 0:
		return exit
	case err != nil:
		fmt.Fprintln(io.err, "countersign:", err)
		return 2
	}
	err = parsed.Run()
	if code, ok := errors.AsType[exitCode](err); ok {
		return int(code)
	}
	if err != nil {
		fmt.Fprintln(io.err, "countersign:", err)
		return 1
	}
	return 0
}

// stopParsing ends the parse when kong has printed help and wants to exit.
type stopParsing struct{}

func parse(parser *kong.Kong, args []string) (parsed *kong.Context, err error) {
	defer func() {
		if p := recover(); p != nil {
			if _, ok := p.(stopParsing); !ok {
				panic(p)
			}
		}
	}()
	return parser.Parse(args)
}
