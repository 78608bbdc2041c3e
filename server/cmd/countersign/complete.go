package main

import (
	"cmp"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"countersign/server"
	"countersign/server/dialect"
	"countersign/server/internal/peer"
)

// The bounds of settings (requirements, table of numbers).
const (
	mostAbsolute = 24 * time.Hour
	mostRemember = 60 * time.Second
	leastBody    = 1 << 10
	mostBody     = 16 << 20
)

// complete fills in what depends on the machine and checks the rest. The error has a
// line for everything that is wrong.
func (s *settings) complete(env *environment) error {
	s.tables = env.tables()
	return misused(errors.Join(
		s.location.complete(), s.checkTimes(), s.checkNumbers(), s.checkNames(), s.checkAdmission(), s.policy.check(),
		env.inFile(s.tables.check()), s.checkSafety(),
	))
}

// complete sets the default database.
func (l *location) complete() error {
	if l.Database != "" {
		return nil
	}
	dir, err := stateDirectory()
	l.Database = "sqlite:" + filepath.Join(dir, "countersign.db")
	return err
}

// stateDirectory is where a program keeps its data: systemd's choice for a service,
// the XDG base directory for a user, /var/lib for a root without a home.
func stateDirectory() (string, error) {
	const name = "countersign"
	if dirs := os.Getenv("STATE_DIRECTORY"); dirs != "" {
		first, _, _ := strings.Cut(dirs, ":")
		return first, nil
	}
	// The XDG specification wants relative paths ignored.
	if dir := os.Getenv("XDG_STATE_HOME"); filepath.IsAbs(dir) {
		return filepath.Join(dir, name), nil
	}
	if home := os.Getenv("HOME"); home != "" {
		return filepath.Join(home, ".local", "state", name), nil
	}
	if os.Geteuid() == 0 {
		return filepath.Join("/var/lib", name), nil
	}
	return "", errors.New("database: there is no home directory to keep it in; give --database")
}

func (s *settings) checkTimes() error {
	var faults []error
	for _, t := range []struct {
		name  string
		value time.Duration
	}{{"idle", s.Idle}, {"absolute", s.Absolute}} {
		if t.value <= 0 {
			faults = append(faults, fmt.Errorf("%s: %v is no time for a session to live", t.name, t.value))
		}
	}
	if s.Absolute > mostAbsolute {
		faults = append(faults, fmt.Errorf("absolute: %v is more than %v", s.Absolute, mostAbsolute))
	}
	if s.Idle > s.Absolute && s.Absolute > 0 {
		faults = append(faults, fmt.Errorf("idle: %v is longer than absolute, %v", s.Idle, s.Absolute))
	}
	if s.Linger < 0 {
		faults = append(faults, fmt.Errorf("linger: %v is before now", s.Linger))
	}
	if s.Remember < 0 || s.Remember > mostRemember {
		faults = append(faults, fmt.Errorf("remember: %v is not between 0s and %v", s.Remember, mostRemember))
	}
	return errors.Join(faults...)
}

// checkAdmission looks at what decides who comes in, and from where.
func (s *settings) checkAdmission() error {
	var faults []error
	if _, err := peer.ParseTrusted(s.TrustedProxy); err != nil {
		faults = append(faults, fmt.Errorf("trusted_proxy: %w", err))
	}
	if slices.Contains(s.TrustedProxy, peer.OverSocket) && !s.onSocket() {
		faults = append(faults, fmt.Errorf("trusted_proxy: %s is named, but listen is no Unix socket", peer.OverSocket))
	}
	for i, name := range s.Auth {
		if slices.Contains(s.Auth[:i], name) {
			faults = append(faults, fmt.Errorf("auth: %s is named twice", name))
		}
	}
	if err := s.checkPages(); err != nil {
		faults = append(faults, err)
	}
	if s.PAMCreate && !slices.Contains(s.Auth, "pam") {
		faults = append(faults, errors.New("pam_create: auth does not name pam"))
	}
	return errors.Join(faults...)
}

// onSocket tells whether the server listens on a Unix socket.
func (s *settings) onSocket() bool { return strings.HasPrefix(s.Listen, "unix:") }

// clientsAreOne tells whether the server cannot tell its clients apart.
func (s *settings) clientsAreOne() bool {
	return s.onSocket() && !slices.Contains(s.TrustedProxy, peer.OverSocket)
}

const oneClient = "all who come over the Unix socket count as one client, which some can lock out for all, and the audit knows no addresses: behind a proxy that sets X-Forwarded-For give --trusted-proxy " + peer.OverSocket

func (s *settings) checkNumbers() error {
	var faults []error
	if s.MaxBody < leastBody || s.MaxBody > mostBody {
		faults = append(faults, fmt.Errorf("max_body: %d is not between %d and %d", s.MaxBody, leastBody, mostBody))
	}
	if s.PerAccount < 0 {
		faults = append(faults, fmt.Errorf("per_account: %d is less than none", s.PerAccount))
	}
	if s.Workers < 0 {
		faults = append(faults, fmt.Errorf("workers: %d is less than none", s.Workers))
	}
	return errors.Join(faults...)
}

func (s *settings) checkNames() error {
	var faults []error
	known := optionalModules()
	for _, m := range s.Modules {
		if !slices.Contains(known, m) {
			faults = append(faults, fmt.Errorf("modules: unknown module %q; there are %s", m, strings.Join(known, ", ")))
		}
	}
	if (s.TLSCert == "") != (s.TLSKey == "") {
		faults = append(faults, errors.New("tls_cert and tls_key go together"))
	}
	return errors.Join(faults...)
}

// check looks at the tables.
func (t *tables) check() error {
	var faults []error
	for name, row := range t.Dialects {
		if _, ok := dialect.Lookup(name); !ok {
			faults = append(faults, fmt.Errorf("[dialect.%s]: there is no such dialect; there are %s", name, strings.Join(dialect.Names(), ", ")))
		}
		idle, absolute := time.Duration(row.Idle), time.Duration(row.Absolute)
		switch {
		case idle < 0 || absolute < 0 || absolute > mostAbsolute:
			faults = append(faults, fmt.Errorf("[dialect.%s]: times are between 0 and %v", name, mostAbsolute))
		case absolute > 0 && idle > absolute:
			faults = append(faults, fmt.Errorf("[dialect.%s]: idle, %v, is longer than absolute, %v", name, idle, absolute))
		}
	}
	slices.SortFunc(faults, func(a, b error) int { return cmp.Compare(a.Error(), b.Error()) })
	faults = append(faults, t.Bugzilla.check(), t.numbers.check())
	for i, row := range t.Endpoints {
		if err := row.check(); err != nil {
			name := row.Path
			if name == "" {
				name = fmt.Sprintf("number %d", i+1)
			}
			faults = append(faults, fmt.Errorf("[[endpoint]] %s: %w", name, err))
		}
	}
	return errors.Join(faults...)
}

// check tells why a row cannot be served, or not be switched off.
func (row *endpointRow) check() error {
	wanted := row.endpoint()
	switch {
	case row.Path == "":
		return errors.New("path is missing")
	case row.Off && !hasPath(server.DefaultEndpoints(), row.Path):
		return errors.New("there is no such endpoint to switch off")
	case row.Off:
		return nil
	case row.Codes != "" && row.Codes != "interop":
		return fmt.Errorf("codes is %q, but can only be %q", row.Codes, "interop")
	default:
		return wanted.Check(transports())
	}
}
