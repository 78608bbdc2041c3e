package main

import (
	"time"

	"countersign/server"
)

// settings are what a server can be told. Each field is a flag; the environment
// variable is COUNTERSIGN_ and the flag's name in capitals, the key in the TOML file
// the flag's name, both with underscores for dashes.
type settings struct {
	Config    string        `help:"TOML file with settings." placeholder:"FILE" type:"path"`
	Listen    string        `help:"Address to listen on: HOST:PORT, or unix:PATH." default:"127.0.0.1:8080" placeholder:"ADDR"`
	Database  string        `help:"Where accounts, sessions and data are kept: sqlite:PATH or postgres://…. Default: a file in the user's state directory." placeholder:"URL"`
	TLSCert   string        `help:"Certificate file (PEM); taken up again when it changes." placeholder:"FILE"`
	TLSKey    string        `help:"Key file (PEM) of the certificate." placeholder:"FILE"`
	PlainHTTP bool          `name:"plain-http" help:"Allow plain HTTP on an address that is not loopback: only behind a proxy that speaks TLS."`
	Idle      time.Duration `help:"End sessions that were not used for this long." default:"1h"`
	Absolute  time.Duration `help:"End sessions after this long in any case." default:"12h"`
	Modules   []string      `help:"Further modules to switch on: validator1, interopEchoTests, examples." placeholder:"NAME"`
	MaxBody   int           `help:"Most bytes of a request body, inflated." default:"1048576"`
	Workers   int           `help:"Password checks at one time, each in a process of its own; 0: one per CPU." default:"0"`
	Linger    time.Duration `help:"After SIGTERM, go on taking requests for this long." default:"5s"`
	LogLevel  string        `help:"Least level that is logged: debug, info, warn, error." enum:"debug,info,warn,error" default:"info"`

	tables tables
}

// tables are the settings that only a file can hold.
type tables struct {
	// Endpoints add to the table of endpoints, or with Off take a row away.
	Endpoints []endpointRow `toml:"endpoint"`
	// Dialects set limits of sessions by dialect.
	Dialects map[string]dialectRow `toml:"dialect"`
}

type endpointRow struct {
	Path      string `toml:"path"`
	Transport string `toml:"transport"`
	Dialect   string `toml:"dialect"`
	// Codes "interop" gives faults the −32xxx numbers.
	Codes string `toml:"codes"`
	Off   bool   `toml:"off"`
}

type dialectRow struct {
	Idle     duration `toml:"idle"`
	Absolute duration `toml:"absolute"`
}

// endpoints gives the default table with the file's changes.
func (t *tables) endpoints() []server.Endpoint {
	rows := server.DefaultEndpoints()
	for _, change := range t.Endpoints {
		kept := rows[:0:0]
		for _, r := range rows {
			if r.Path != change.Path {
				kept = append(kept, r)
			}
		}
		rows = kept
		if !change.Off {
			rows = append(rows, server.Endpoint{
				Path: change.Path, Transport: change.Transport, Dialect: change.Dialect,
				InteropCodes: change.Codes == "interop",
			})
		}
	}
	return rows
}
