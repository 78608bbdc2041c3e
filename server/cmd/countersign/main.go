package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"slices"
	"strings"

	"github.com/alecthomas/kong"
)

// version is set by the build (-ldflags "-X main.version=…").
var version = "0.1.0-dev"

// cli is the command line: one field per sub-command.
type cli struct {
	Serve       serveCmd       `cmd:"" help:"Run the server."`
	Demo        demoCmd        `cmd:"" help:"Run a server on scratch data with sample users, and show the handshake."`
	User        userCmd        `cmd:"" help:"Look after user and server accounts."`
	Session     sessionCmd     `cmd:"" help:"List and end sessions."`
	Role        roleCmd        `cmd:"" help:"Look after roles, and who has them."`
	Grant       grantCmd       `cmd:"" help:"Give an account permissions."`
	Revoke      revokeCmd      `cmd:"" help:"Take permissions away from an account."`
	Permissions permissionsCmd `cmd:"" help:"Show what an account may do, or which permissions there are."`
	Key         keyCmd         `cmd:"" help:"Look after API keys."`
	Lock        lockCmd        `cmd:"" help:"Show and release what failed logins have locked."`
	Call        callCmd        `cmd:"" help:"Call a method of a running server."`
	Check       checkCmd       `cmd:"" help:"Tell what is wrong with the settings, the database or a running server."`
	Version     versionCmd     `cmd:"" help:"Tell the version."`
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

// misuse is an error that lies in the command line or the settings: exit status 2.
type misuse struct{ error }

func (e misuse) Unwrap() error { return e.error }

// misused makes err a misuse; nil stays nil.
func misused(err error) error {
	if err == nil {
		return nil
	}
	return misuse{err}
}

func misusef(format string, args ...any) error { return misuse{fmt.Errorf(format, args...)} }

// run is main as a function. It returns the exit status: 0 done, 1 failed, 2 a command
// line or configuration that makes no sense.
func run(ctx context.Context, args []string, io stdio) int {
	if isWorker(args) {
		return workerMain()
	}
	args = habitual(args)
	var c cli
	exit := -1
	env := &environment{}
	parser, err := kong.New(&c,
		kong.Name("countersign"),
		kong.Description("A session-token RPC service with a login handshake."),
		kong.ExplicitGroups([]kong.Group{settingsHelp}),
		lifetimes,
		kong.Writers(io.out, io.err),
		kong.Exit(func(code int) { exit = code; panic(stopParsing{}) }),
		kong.BindTo(ctx, (*context.Context)(nil)),
		kong.Bind(io, env, commandLine(args)),
		kong.Resolvers(env),
	)
	if err != nil {
		return report(io, misused(err))
	}
	parsed, err := parse(parser, args)
	if exit >= 0 {
		return exit
	}
	if err != nil {
		return reportParse(io, err)
	}
	if err := env.finish(parsed); err != nil {
		return report(io, misused(err))
	}
	err = parsed.Run()
	status := report(io, err)
	if _, bad := errors.AsType[badUse](err); bad {
		fmt.Fprintln(io.err, usage(parsed))
	}
	return status
}

// habitual makes of what people try first what the command line knows.
func habitual(args []string) []string {
	switch {
	case len(args) > 0 && args[0] == "help":
		return append(slices.Clone(args[1:]), "--help")
	case len(args) == 1 && args[0] == "--version":
		return []string{"version"}
	default:
		return args
	}
}

// report says what went wrong, a line for each thing, and gives the exit status.
func report(io stdio, err error) int {
	if err == nil {
		return 0
	}
	if code, ok := errors.AsType[exitCode](err); ok {
		return int(code)
	}
	for line := range strings.Lines(err.Error()) {
		fmt.Fprintln(io.err, "countersign:", strings.TrimSpace(line))
	}
	if _, ok := errors.AsType[misuse](err); ok {
		return 2
	}
	return 1
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
