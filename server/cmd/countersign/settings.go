package main

import (
	"time"

	"github.com/alecthomas/kong"

	"countersign/server"
)

// location says where the data is; it is all that commands need that do not serve.
type location struct {
	Config   string `help:"TOML file with settings." placeholder:"FILE" type:"path"`
	Database string `help:"Where accounts, sessions and data are kept: sqlite:PATH or postgres://…. Default: a file in the user's state directory. A Postgres password belongs into the environment, the settings file or ~/.pgpass." placeholder:"URL"`
}

// settings are what a server can be told. Each field is a flag; the environment
// variable is COUNTERSIGN_ and the flag's name in capitals, the key in the TOML file
// the flag's name, both with underscores for dashes.
type settings struct {
	location     `embed:""`
	Listen       string        `help:"Address to listen on: HOST:PORT, or unix:PATH." default:"127.0.0.1:8080"`
	TLSCert      string        `help:"Certificate file (PEM); taken up again when it changes." placeholder:"FILE"`
	TLSKey       string        `help:"Key file (PEM) of the certificate." placeholder:"FILE"`
	PlainHTTP    bool          `name:"plain-http" help:"Allow plain HTTP on an address that is not loopback: only behind a proxy that speaks TLS."`
	Idle         time.Duration `help:"End sessions that were not used for this long." default:"1h"`
	Absolute     time.Duration `help:"End sessions after this long in any case; at most 24h." default:"12h"`
	Auth         []string      `help:"Who proves passwords, in the order in which they are asked: accounts, pam." default:"accounts" enum:"accounts,pam"`
	PAMService   string        `name:"pam-service" help:"Name of the service file in /etc/pam.d." default:"countersign"`
	PAMConfDir   string        `name:"pam-confdir" help:"Folder of the service file, if not /etc/pam.d." placeholder:"DIR"`
	PAMCreate    bool          `name:"pam-create" help:"Make an account, with the role user, at the first login of a PAM user without one."`
	Remember     time.Duration `help:"How long a password that came with a single call (HTTP Basic USER:PASSWORD) is not verified again; at most 60s, 0: always verify." default:"30s"`
	PerAccount   int           `help:"Most sessions of one account; 0: no bound." default:"100"`
	OverCap      string        `help:"What happens to a login over that bound: the oldest session ends, or the login is refused." enum:"oldest,refuse" default:"oldest"`
	auditing     `embed:""`
	pages        `embed:""`
	CookieKeys   string        `help:"File with the keys of session cookies, made if it does not exist; without it there are no cookies." placeholder:"FILE"`
	TrustedProxy []string      `help:"Address or network of a proxy whose X-Forwarded-For is believed; unix: whoever connects over the Unix socket." placeholder:"CIDR"`
	Modules      []string      `help:"Further modules to switch on: validator1, interopEchoTests, examples, soapinterop." placeholder:"NAME"`
	MaxBody      int           `help:"Most bytes of a request body, inflated; at most 16 MiB." default:"1048576"`
	Workers      int           `help:"Password checks at one time, each in a process of its own; 0: one per CPU." default:"0"`
	Linger       time.Duration `help:"After SIGTERM, go on taking requests for this long." default:"5s"`
	policy       `embed:""`
	LogLevel     string `help:"Least level that is logged: debug, info, warn, error." enum:"debug,info,warn,error" default:"info"`

	tables tables
}

// defaultSettings are those of a server that has no flags, for one that is not told to
// serve. An error is one in the declaration of the settings.
func defaultSettings(database string) (*settings, error) {
	s := &settings{}
	if err := kong.ApplyDefaults(s, lifetimes); err != nil {
		return nil, err
	}
	s.Database, s.tables = database, defaultTables()
	return s, nil
}

// settingsGroup is the kong group of flags that are settings.
const settingsGroup = "settings"

// settingsHelp is the heading of the settings in the help.
var settingsHelp = kong.Group{
	Key:   settingsGroup,
	Title: "Settings:",
	Description: "Each is also an environment variable, COUNTERSIGN_TLS_CERT for --tls-cert, " +
		"and a key in the TOML file, tls_cert. Flags win over the environment, the environment over the file.",
}

// tables are the settings that only a file can hold.
type tables struct {
	// Endpoints add to the table of endpoints, or with Off take a row away.
	Endpoints []endpointRow `toml:"endpoint"`
	// Dialects set limits of sessions by dialect.
	Dialects map[string]dialectRow `toml:"dialect"`
	// Bugzilla is about the modules of Bugzilla's clients.
	Bugzilla bugzillaRow `toml:"bugzilla"`
	numbers
}

// defaultTables are those of a file that says nothing.
func defaultTables() tables { return tables{numbers: defaultNumbers()} }

type endpointRow struct {
	Path      string `toml:"path"`
	Transport string `toml:"transport"`
	Dialect   string `toml:"dialect"`
	// Codes "interop" gives faults the −32xxx numbers.
	Codes string `toml:"codes"`
	// RequireLogin refuses anonymous calls; JSONP answers scripts of other sites;
	// URLCredentials takes credentials from the address of a GET.
	RequireLogin   bool `toml:"require_login"`
	JSONP          bool `toml:"jsonp"`
	URLCredentials bool `toml:"url_credentials"`
	Off            bool `toml:"off"`
}

type dialectRow struct {
	Idle     lifetime `toml:"idle"`
	Absolute lifetime `toml:"absolute"`
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
			rows = append(rows, change.endpoint())
		}
	}
	return rows
}

// endpoint is the row as the server takes it.
func (row *endpointRow) endpoint() server.Endpoint {
	return server.Endpoint{
		Path: row.Path, Transport: row.Transport, Dialect: row.Dialect,
		InteropCodes: row.Codes == "interop", RequireLogin: row.RequireLogin, JSONP: row.JSONP,
		URLCredentials: row.URLCredentials,
	}
}
