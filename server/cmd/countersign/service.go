package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"os"
	"slices"
	"time"

	"countersign/methods"
	"countersign/methods/addressbook"
	"countersign/methods/bugzilla"
	"countersign/methods/interop"
	"countersign/methods/openrpc"
	"countersign/methods/system"
	"countersign/pamauth"
	"countersign/server"
	"countersign/server/dialect"
	"countersign/server/internal/peer"
	"countersign/server/jsonrpc"
	"countersign/server/soap"
	"countersign/server/wire"
	"countersign/server/xmlrpc"
	"countersign/session"
	"countersign/session/apikey"
	"countersign/session/audit"
	"countersign/session/chain"
	"countersign/session/cookie"
	"countersign/session/localauth"
	"countersign/session/password"
	"countersign/session/throttle"
	"countersign/session/verify"
	"countersign/sql"
)

// service is everything that a running Countersign is made of.
type service struct {
	db       *sql.DB
	pool     *verify.Pool    // argon2
	cost     password.Params // of new hashes
	pam      *verify.Pool    // nil without PAM
	audit    *audit.File     // nil for standard error
	record   audit.Log
	throttle *throttle.Throttle
	keys     *apikey.Manager
	sessions *session.Manager
	mail     *bugzilla.Spool // nil for none
	server   *server.Server
}

// assemble builds the service. What was opened is closed again if it fails.
func assemble(ctx context.Context, s *settings, errorWriter io.Writer, log *slog.Logger) (svc *service, err error) {
	svc = &service{cost: s.cost()}
	defer func() {
		if err != nil {
			err = errors.Join(err, svc.close(context.WithoutCancel(ctx)))
		}
	}()
	if svc.db, err = sql.Open(ctx, s.Database, sql.WithLog(log)); err != nil {
		return svc, err
	}
	if svc.pool, err = newPool(s.tables.Passwords.pool(s.Workers), log); err != nil {
		return svc, err
	}
	if svc.record, err = svc.auditLog(s, errorWriter, log); err != nil {
		return svc, err
	}
	auth, err := svc.authenticator(s, log)
	if err != nil {
		return svc, err
	}
	if svc.throttle, err = throttle.New(ctx, throttle.Config{Store: svc.db.Throttle(), Accounts: svc.db.Accounts(), Rules: &s.tables.Throttle, Log: log}); err != nil {
		return svc, err
	}
	svc.sessions, err = session.NewManager(session.Config{
		Sessions: svc.db.Sessions(), Accounts: svc.db.Accounts(), Authenticator: auth,
		Throttle: throttle.Gate{Throttle: svc.throttle}, Audit: svc.record, Remember: s.Remember,
		PerAccount: s.PerAccount, RefuseOverCap: s.OverCap == "refuse",
		Forget: func(id string) {
			svc.throttle.AccountsChanged()
			if svc.keys != nil {
				svc.keys.Forget(id)
			}
		},
		Idle: s.Idle, Absolute: s.Absolute, Log: log, Crowded: svc.crowded,
		Asking: max(1, s.tables.PAM.WithDefaults().Conversations/2),
	})
	if err != nil {
		return svc, err
	}
	if svc.keys, err = apikey.New(apikey.Config{Store: svc.db.APIKeys(), Accounts: svc.sessions, Log: log}); err != nil {
		return svc, err
	}
	if err = svc.openMail(s); err != nil {
		return svc, err
	}
	registry, err := methods.NewRegistry(modules(s, svc)...)
	if err != nil {
		return svc, err
	}
	proxies, err := peer.ParseTrusted(s.TrustedProxy)
	if err != nil {
		return svc, misuse{fmt.Errorf("--trusted-proxy: %w", err)}
	}
	cookies, err := s.cookies()
	if err != nil {
		return svc, err
	}
	svc.server, err = server.New(server.Config{
		Cookies: cookies, Registry: registry, Sessions: svc.sessions, Keys: svc.keys, Transports: transports(),
		Endpoints: s.tables.endpoints(), Limits: s.limits(), TrustedProxies: proxies.Trusted, TrustedSocket: proxies.Socket,
		Origins: s.CORSOrigin, PublicURL: s.PublicURL,
		Audit: svc.record, Log: log,
		Ready: []server.ReadyCheck{{Name: "database", Check: svc.sessions.Ping}},
	})
	return svc, err
}

// authenticator makes the chain of --auth.
func (svc *service) authenticator(s *settings, log *slog.Logger) (session.Authenticator, error) {
	names := s.Auth
	if len(names) == 0 {
		names = []string{"accounts"}
	}
	var links []chain.Named
	for _, name := range names {
		var link session.Authenticator
		var err error
		switch name {
		case "pam":
			link, err = svc.pamAuthenticator(s, log)
		default:
			link, err = localauth.New(localauth.Config{Accounts: svc.db.Accounts(), Runner: svc.pool, Params: svc.cost, Log: log})
		}
		if err != nil {
			return nil, err
		}
		links = append(links, chain.Named{Name: name, Authenticator: link})
	}
	return chain.New(links...)
}

// crowded tells that logins stand in line, whoever is to verify them.
func (svc *service) crowded() bool {
	return svc.pool.Crowded() || svc.pam != nil && svc.pam.Crowded()
}

func (svc *service) pamAuthenticator(s *settings, log *slog.Logger) (session.Authenticator, error) {
	var err error
	if svc.pam, err = newPool(s.tables.PAM, log); err != nil {
		return nil, err
	}
	return pamauth.New(pamauth.Config{
		Accounts: svc.db.Accounts(), Runner: svc.pam, Service: s.PAMService, ConfDir: s.PAMConfDir,
		AutoCreate: s.PAMCreate, Roles: []string{defaultRole}, Audit: svc.record, Log: log,
	})
}

// limits bound one request and the work on it.
func (s *settings) limits() server.Limits {
	limits := s.tables.Limits
	limits.Body = s.MaxBody
	return limits
}

// auditLog opens where the audit goes. Unless it is required the service goes on when
// it fails.
func (svc *service) auditLog(s *settings, standardError io.Writer, log *slog.Logger) (audit.Log, error) {
	node, err := os.Hostname()
	if err != nil {
		log.Warn("this machine has no name for the audit", "err", err)
	}
	options := audit.Options{Node: node}
	var record audit.Log = audit.NewWriter(standardError, options)
	if s.Audit != "" {
		if svc.audit, err = openAuditFile(s.Audit, audit.FileOptions{Options: options}); err != nil {
			return nil, fmt.Errorf("audit: %w", err)
		}
		record = svc.audit
	}
	if s.AuditRequired {
		return record, nil
	}
	return audit.NewTolerant(record, log), nil
}

// cookies makes the session cookies, if there are keys for them.
func (s *settings) cookies() (server.Cookies, error) {
	if s.CookieKeys == "" {
		return nil, nil
	}
	keys, err := cookie.OpenKeys(s.CookieKeys)
	if err != nil {
		return nil, err
	}
	cfg := cookie.Config{Keys: keys, MaxAge: s.Absolute}
	// Behind a TLS proxy browsers know only HTTPS; a Unix socket has a proxy in front.
	if s.TLSCert == "" && !s.PlainHTTP && !s.onSocket() {
		cfg.PlainOn = s.Listen
	}
	return cookie.New(cfg)
}

// newPool makes a pool of workers: this program again.
func newPool(cfg verify.Config, log *slog.Logger) (*verify.Pool, error) {
	command, err := workerCommand()
	if err != nil {
		return nil, err
	}
	cfg.Command, cfg.Logger = command, log
	return verify.NewPool(cfg)
}

// transports lists every wire format: the one place to add one.
func transports() []wire.Transport {
	return []wire.Transport{xmlrpc.Transport{}, jsonrpc.Transport{}, soap.New()}
}

// modules lists every module of the service by name: the one place to add one.
func modules(s *settings, svc *service) []methods.Module {
	limits := s.limits().Wire
	list := system.Modules(system.Config{
		Sessions: svc.sessions, Version: version, Batch: limits.Batch, Answer: limits.Answer,
		Terms: s.tables.terms(), Now: time.Now,
		Accounts: svc.db.Accounts(), Keys: svc.keys, Audit: svc.record,
		Throttle: svc.throttle, Policy: s.rule(),
		Hash: svc.hash,
	})
	list = append(list, bugzillaModules(s, svc)...)
	list = append(list, addressbook.New(svc.db.AddressBook(), time.Now), openrpc.New(openrpc.Config{
		Title: "Countersign", Version: version, Codes: dialect.Plain().Codes, Servers: s.jsonServers(),
	}))
	for _, m := range interop.Modules(version) {
		if slices.Contains(s.Modules, m.Name) {
			list = append(list, m)
		}
	}
	if slices.Contains(s.Modules, soapInterop) {
		list = append(list, interop.SOAPBase("plain", "phpgroupware", "egroupware"))
	}
	return list
}

// soapInterop is the name of the module whose methods have no prefix.
const soapInterop = "soapinterop"

// jsonServers are the endpoints that an OpenRPC document can name: those of which it is
// known how clients reach them.
func (s *settings) jsonServers() []openrpc.Server {
	var servers []openrpc.Server
	for _, row := range s.tables.endpoints() {
		if s.PublicURL != "" && row.Transport == (jsonrpc.Transport{}).Name() && row.Dialect == dialect.Plain().Name {
			servers = append(servers, openrpc.Server{Name: row.Path, URL: s.PublicURL + row.Path})
		}
	}
	return servers
}

// optionalModules are the names that --modules knows.
func optionalModules() []string {
	var names []string
	for _, m := range interop.Modules(version) {
		names = append(names, m.Name)
	}
	return append(names, soapInterop)
}

// terms are the session limits by dialect.
func (t *tables) terms() map[string]session.Terms {
	terms := map[string]session.Terms{}
	for name, row := range t.Dialects {
		terms[name] = session.Terms{Idle: time.Duration(row.Idle), Absolute: time.Duration(row.Absolute)}
	}
	return terms
}

// close ends the parts in the order in which they lean on each other.
func (svc *service) close(ctx context.Context) error {
	var faults []error
	if svc.sessions != nil {
		faults = append(faults, svc.sessions.Close(ctx))
	}
	if svc.keys != nil {
		faults = append(faults, svc.keys.Close(ctx))
	}
	if svc.throttle != nil {
		svc.throttle.Close()
	}
	for _, pool := range []*verify.Pool{svc.pool, svc.pam} {
		if pool != nil {
			faults = append(faults, pool.Close(ctx))
		}
	}
	if svc.audit != nil {
		faults = append(faults, svc.audit.Close())
	}
	if svc.db != nil {
		faults = append(faults, svc.db.Close())
	}
	if err := errors.Join(faults...); err != nil {
		return fmt.Errorf("closing: %w", err)
	}
	return nil
}

// newLog makes the log: JSON lines.
func newLog(w io.Writer, level string) (*slog.Logger, error) {
	var l slog.Level
	if err := l.UnmarshalText([]byte(level)); err != nil {
		return nil, err
	}
	return slog.New(slog.NewJSONHandler(w, &slog.HandlerOptions{Level: l})), nil
}
