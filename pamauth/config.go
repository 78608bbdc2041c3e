package pamauth

import (
	"errors"
	"fmt"
	"log/slog"
	"path/filepath"
	"strings"
	"time"

	"countersign/session/account"
	"countersign/session/audit"
	"countersign/session/verify"
)

// DefaultService is the service of a Config without one: /etc/pam.d/countersign.
const DefaultService = "countersign"

// ErrNotBuilt is the error of New in a program that was built without PAM.
var ErrNotBuilt = errors.New("pamauth: this program was built without PAM: build it with cgo and -tags pam, " +
	"which needs the Debian package libpam0g-dev")

// Config is what an Authenticator needs; Accounts and Runner are required.
type Config struct {
	Accounts account.Store
	// Runner does the transactions: a pool of its own, made with PoolConfig, so that
	// PAM modules that hang do not keep other passwords from being verified.
	Runner verify.Talker
	// Service is the name of the service file; DefaultService if empty.
	Service string
	// ConfDir is where service files are if not in /etc/pam.d; for tests.
	ConfDir string
	// AutoCreate makes an account at the first login of a name that has none. Without
	// it such a name is refused.
	AutoCreate bool
	// Roles are those of accounts made by AutoCreate. They must exist.
	Roles []string
	// Step is the time that refusals take, or a multiple of it; 0 is 500 ms. It should
	// be longer than the back end takes to find a password wrong.
	Step time.Duration
	// Audit keeps a record of the accounts that are made; discarded if nil. If it fails,
	// none is made.
	Audit audit.Log
	Now   func() time.Time // time.Now if nil
	Log   *slog.Logger     // silent if nil
}

// Authenticator implements session.Authenticator.
type Authenticator struct{ cfg Config }

// New makes an Authenticator. Errors: ErrNotBuilt, and what is wrong with cfg. What may
// be wrong with the machine is told by Check.
func New(cfg Config) (*Authenticator, error) {
	if !built {
		return nil, ErrNotBuilt
	}
	return newAuthenticator(cfg)
}

func newAuthenticator(cfg Config) (*Authenticator, error) {
	if cfg.Accounts == nil || cfg.Runner == nil {
		return nil, errors.New("pamauth: accounts and a runner are required")
	}
	if cfg.Service == "" {
		cfg.Service = DefaultService
	}
	if err := checkService(cfg.Service, cfg.ConfDir); err != nil {
		return nil, err
	}
	if cfg.Step <= 0 {
		cfg.Step = 500 * time.Millisecond
	}
	if cfg.Audit == nil {
		cfg.Audit = audit.Discard{}
	}
	if cfg.Now == nil {
		cfg.Now = time.Now
	}
	if cfg.Log == nil {
		cfg.Log = slog.New(slog.DiscardHandler)
	}
	return &Authenticator{cfg: cfg}, nil
}

// checkService refuses names that PAM would read as another file, and folders that it
// would look for where the process happens to be.
func checkService(service, confDir string) error {
	const letters = "abcdefghijklmnopqrstuvwxyz0123456789._-"
	if strings.Trim(service, letters) != "" || strings.HasPrefix(service, ".") || len(service) > 64 {
		return fmt.Errorf("pamauth: service %q: a name has up to 64 lower-case letters, digits, dots, dashes and underscores", service)
	}
	if confDir != "" && !filepath.IsAbs(confDir) {
		return fmt.Errorf("pamauth: the folder of service files, %q, is not an absolute path", confDir)
	}
	return nil
}

// PoolConfig gives the numbers of the pool that PAM should have to itself: 8 workers,
// half of which may wait for answers, 10 s for a step and 60 s for an answer, a pause of
// 30 s after 5 time-outs in a row. What it lacks is the command of the workers, whose
// handlers include Handlers.
func PoolConfig() verify.Config {
	return verify.Config{
		Limits:    verify.Limits{Workers: 8, Queue: 128, QueueWait: 2 * time.Second, Conversations: 4, ReplyWait: time.Minute},
		Deadline:  10 * time.Second,
		MaxUses:   200, // modules leak
		TripAfter: 5,
		TripPause: 30 * time.Second,
	}
}
