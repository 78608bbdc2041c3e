package bugzilla

import (
	"cmp"
	"context"
	"io"
	"regexp"
	"strings"
	"time"

	"countersign/methods/signin"
	"countersign/session"
	"countersign/session/account"
	"countersign/session/audit"
	"countersign/session/password"
)

// Config is what the modules need. Sessions, Accounts, Hash, Audit, Now and Rand are
// required.
type Config struct {
	// Sessions makes and ends sessions.
	Sessions *session.Manager
	// Terms are the limits of new sessions by dialect name.
	Terms map[string]session.Terms
	// Accounts are the users.
	Accounts account.Store
	// Hash makes the hash of a new password, outside this process; Policy says which may
	// be chosen.
	Hash   func(ctx context.Context, password string) (string, error)
	Policy password.Policy
	// Roles are what a new account holds.
	Roles []string
	// Audit keeps a record of what is changed here.
	Audit audit.Log
	// Now is the clock, Rand the source of tokens.
	Now  func() time.Time
	Rand io.Reader

	// Offers and Mail are where offers of accounts are kept and how they are sent. Without
	// one of them nobody is offered an account.
	Offers account.Offers
	Mail   Mailer
	// OfferLimits bound offers; DefaultOfferLimits if zero.
	OfferLimits account.OfferLimits
	// OfferLife is how long an offer stands; DefaultOfferLife if zero.
	OfferLife time.Duration
	// Email is what an address of a new user must match; DefaultEmail if nil. EmailHint
	// says the same in words.
	Email     *regexp.Regexp
	EmailHint string

	// Version is the release of Bugzilla whose contract clients may count on;
	// DefaultVersion if "".
	Version string
	// Extensions are names and versions of what Bugzilla.extensions lists.
	Extensions map[string]string
	// Maintainer is the address to write to, MailFrom the one that mail comes from
	// (Maintainer's if ""), URL the service's own address for people, with a slash at the
	// end; without a scheme it is none.
	Maintainer, MailFrom, URL string
	// RequireLogin says that the endpoint lets nobody in without a login. It is only told
	// here; the dialect does it.
	RequireLogin bool
	// EmailFilter hides what is behind the "@" of names and addresses from strangers.
	EmailFilter bool
	// Most is how many users one text of User.get may match; DefaultMost if 0.
	Most int
	// Parameters are further parameters, or other values of those that are told anyway.
	Parameters map[string]string
}

// Defaults of a Config.
const (
	DefaultVersion   = "5.0.6"
	DefaultMost      = 1000
	DefaultOfferLife = 72 * time.Hour
)

// DefaultOfferLimits are 10 minutes between two offers to an address (bugzilla contract
// §13), and bounds that keep strangers from sending mail in bulk.
func DefaultOfferLimits() account.OfferLimits {
	return account.OfferLimits{Quiet: 10 * time.Minute, PerAddress: 3, PerSource: 10, Window: time.Hour, Total: 1000}
}

// DefaultEmail is Bugzilla's own idea of an address.
func DefaultEmail() *regexp.Regexp {
	return regexp.MustCompile(`^[\w.+=-]+@[\w.-]+\.[\w-]+$`)
}

const defaultEmailHint = "A legal address has exactly one '@', and at least one '.' after it."

// complete fills in the defaults.
func (c Config) complete() Config {
	if c.OfferLimits == (account.OfferLimits{}) {
		c.OfferLimits = DefaultOfferLimits()
	}
	if c.OfferLife == 0 {
		c.OfferLife = DefaultOfferLife
	}
	if c.Email == nil {
		c.Email = DefaultEmail()
		if c.EmailHint == "" {
			c.EmailHint = defaultEmailHint
		}
	}
	if c.Version == "" {
		c.Version = DefaultVersion
	}
	if c.MailFrom = cmp.Or(c.MailFrom, c.Maintainer); c.MailFrom == "" {
		c.MailFrom = "countersign@localhost"
	}
	if !strings.Contains(c.URL, "://") {
		c.URL = ""
	}
	if c.Most == 0 {
		c.Most = DefaultMost
	}
	return c
}

func (c *Config) door() signin.Door { return signin.Door{Sessions: c.Sessions, Terms: c.Terms} }

// offersAccounts tells whether strangers may be offered accounts.
func (c *Config) offersAccounts() bool { return c.Offers != nil && c.Mail != nil }
