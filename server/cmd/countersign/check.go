package main

import (
	"context"
	"fmt"

	"github.com/alecthomas/kong"
)

type checkCmd struct {
	settings `embed:"" group:"settings"`
	URL      string `name:"url" help:"Only ask the server at this address, HTTP or unix:PATH, whether it is ready; look at nothing else." placeholder:"URL"`
	Quiet    bool   `short:"q" help:"Print only what is not in order." xor:"form"`
	JSON     bool   `name:"json" help:"Print a JSON array." xor:"form"`
}

// Help shows examples.
func (checkCmd) Help() string {
	return `Looks at everything that the server would start with: settings, database, accounts, password workers, PAM if it is used, audit file, cookie keys, mail spool, certificate and address. One line for each, with ok, warn or FAIL in front; the exit status is 1 if anything failed, 2 if the settings make no sense.

The database is opened as serve opens it, which brings a schema of an older version up to date. A SQLite file that does not exist is not made.

With --url nothing is opened: the server there is asked for /readyz. That is quick enough for the health check of a container.

Examples:
  countersign check
  countersign check --config /etc/countersign.toml --json
  countersign check --url http://127.0.0.1:8080 --quiet`
}

// verdict is what came of a check.
type verdict string

const (
	good verdict = "ok"
	warn verdict = "warn"
	fail verdict = "fail"
)

// finding is one line of the report, and an element of what --json prints.
type finding struct {
	Check  string  `json:"check"`
	Status verdict `json:"status"`
	Text   string  `json:"text"`
}

// findings gathers the report.
type findings []finding

func (f *findings) add(check string, status verdict, format string, args ...any) {
	*f = append(*f, finding{check, status, fmt.Sprintf(format, args...)})
}

// Run implements the command.
func (c *checkCmd) Run(ctx context.Context, io stdio, env *environment, args commandLine, parsed *kong.Context) error {
	var f findings
	if c.URL != "" {
		u, client, err := newHTTPClient(c.URL, readyTime)
		if err != nil {
			return misused(err)
		}
		f.checkServer(ctx, u, client)
		return c.print(io, f)
	}
	if err := c.complete(env); err != nil {
		return err
	}
	f.checkSettings(&c.settings, args, settingsOf(parsed.Model.Node))
	f.checkDatabase(ctx, c.Database)
	f.checkWorker(ctx, c.cost())
	f.checkPAM(ctx, &c.settings)
	f.checkAudit(&c.settings)
	f.checkCookies(&c.settings)
	f.checkMail(&c.settings)
	f.checkCertificate(&c.settings)
	f.checkAddress(ctx, &c.settings)
	return c.print(io, f)
}

func (c *checkCmd) print(io stdio, f findings) error {
	failed := false
	for _, line := range f {
		failed = failed || line.Status == fail
	}
	if c.JSON {
		if err := printJSON(io, f); err != nil {
			return err
		}
	} else {
		for _, line := range f {
			if c.Quiet && line.Status == good {
				continue
			}
			if err := say(io, "%-4s  %-13s  %s\n", shown(line.Status), line.Check, line.Text); err != nil {
				return err
			}
		}
	}
	if failed {
		return exitCode(1)
	}
	return nil
}

// shown makes failures stand out.
func shown(v verdict) string {
	if v == fail {
		return "FAIL"
	}
	return string(v)
}
