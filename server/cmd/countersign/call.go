package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/signal"
	"syscall"
	"time"
)

type callCmd struct {
	URL       string `name:"url" help:"Endpoint in the plain dialect; unix:PATH for a socket." default:"http://127.0.0.1:8080/RPC2"`
	User      string `help:"Log in as this user for the call, and out again." placeholder:"NAME"`
	PlainHTTP bool   `name:"plain-http" help:"Send the password or session over plain HTTP to another machine."`
	passwordFrom
	Method string   `arg:"" help:"Full name of the method."`
	Args   []string `arg:"" optional:"" name:"arg" help:"Arguments: JSON; a word that is no JSON is a string."`
}

// Variables that may hold a credential for call.
const (
	sessionVariable  = variablePrefix + "SESSION"  // sessionid:kp3
	keyVariable      = variablePrefix + "KEY"      // an API key
	passwordVariable = variablePrefix + "PASSWORD" // of --user
)

// Help shows examples.
func (callCmd) Help() string {
	return `Prints the result as JSON. A fault goes to standard error with its code, and the exit status is 1. Dates are UTC; bytes are base64. An argument that begins with a dash comes behind "--".

The password of --user is asked for, unless it comes from standard input or the variable COUNTERSIGN_PASSWORD. Instead of --user the environment may hold a session, COUNTERSIGN_SESSION=sessionid:kp3, or an API key, COUNTERSIGN_KEY.

Examples:
  countersign call system.listMethods
  countersign call --user bubba addressbook.boaddressbook.read 1
  countersign call --user bubba addressbook.boaddressbook.write '{"n_given": "Alan", "tel_work": "+1 555 0100"}'
  countersign call --user bubba --password-stdin system.session < secret`
}

// Run implements the command.
func (c *callCmd) Run(ctx context.Context, io stdio) (err error) {
	args, err := readArguments(c.Args)
	if err != nil {
		return misused(err)
	}
	client, err := newCaller(c.URL)
	if err != nil {
		return misused(err)
	}
	ctx, stop := signal.NotifyContext(ctx, os.Interrupt, syscall.SIGTERM)
	defer stop()
	end, err := c.authenticate(ctx, io, client)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, end()) }()
	result, err := client.call(ctx, c.Method, args)
	if err != nil {
		return err
	}
	return printJSON(io, result)
}

// authenticate gives the client a session, if one is wanted. end logs out again.
func (c *callCmd) authenticate(ctx context.Context, io stdio, client *caller) (end func() error, err error) {
	end = func() error { return nil }
	pair, key := os.Getenv(sessionVariable), os.Getenv(keyVariable)
	if c.User == "" && pair == "" && key == "" {
		return end, nil
	}
	if !client.private && !c.PlainHTTP {
		return nil, misusef("%s: secrets would travel in clear: use https, or --plain-http if the way there is private", c.URL)
	}
	if c.User == "" {
		return end, client.use(pair, key)
	}
	pass, err := c.password(io)
	if err != nil {
		return nil, err
	}
	if err := client.login(ctx, c.User, pass); err != nil {
		return nil, fmt.Errorf("login: %w", err)
	}
	return func() error {
		// Also after an interrupt: the session must not outlive the command.
		ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), 5*time.Second)
		defer cancel()
		if _, err := client.call(ctx, "system.logout", nil); err != nil {
			return fmt.Errorf("logout: %w", err)
		}
		return nil
	}, nil
}

// password is that of --user: from standard input if so told, else from the environment,
// else asked for.
func (c *callCmd) password(io stdio) (string, error) {
	if pass := os.Getenv(passwordVariable); pass != "" && !c.PasswordStdin {
		return pass, nil
	}
	pass, err := c.read(io, fmt.Sprintf("Password of %s: ", c.User))
	return string(pass), err
}
