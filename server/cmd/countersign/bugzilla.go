package main

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"net/mail"
	"path/filepath"
	"regexp"
	"time"

	"countersign/methods"
	"countersign/methods/bugzilla"
	"countersign/session/verify"
)

// bugzillaRow is the table [bugzilla] of a settings file: what the modules Bugzilla and
// User tell and do.
type bugzillaRow struct {
	// Maintainer is the address that Bugzilla.parameters tells, MailFrom the sender of
	// offers, the maintainer's by default.
	Maintainer string `toml:"maintainer"`
	MailFrom   string `toml:"mail_from"`
	// MailSpool is the maildir that offers of accounts are left in; none: no offers.
	MailSpool string `toml:"mail_spool"`
	// EmailPattern is what an address of a new user must match, EmailHint the same in words.
	EmailPattern string `toml:"email_pattern"`
	EmailHint    string `toml:"email_hint"`
	// EmailFilter hides what is behind the "@" from strangers.
	EmailFilter bool `toml:"email_filter"`
	// Version is the release that clients are told.
	Version string `toml:"version"`
	// Parameters are told by Bugzilla.parameters.
	Parameters map[string]string `toml:"parameters"`
}

func (r *bugzillaRow) check() error {
	var faults []error
	for _, address := range []struct{ key, value string }{{"maintainer", r.Maintainer}, {"mail_from", r.MailFrom}} {
		if address.value == "" {
			continue
		}
		if a, err := mail.ParseAddress(address.value); err != nil || a.Address != address.value {
			faults = append(faults, fmt.Errorf("[bugzilla] %s: %q is no mail address alone", address.key, address.value))
		}
	}
	if r.MailSpool != "" && !filepath.IsAbs(r.MailSpool) {
		faults = append(faults, fmt.Errorf("[bugzilla] mail_spool: %q is no absolute path", r.MailSpool))
	}
	if _, err := regexp.Compile(r.EmailPattern); err != nil {
		faults = append(faults, fmt.Errorf("[bugzilla] email_pattern: %w", err))
	}
	return errors.Join(faults...)
}

// openMail makes the spool, if there is to be one.
func (svc *service) openMail(s *settings) (err error) {
	if dir := s.tables.Bugzilla.MailSpool; dir != "" {
		svc.mail, err = bugzilla.NewSpool(dir)
	}
	return err
}

// bugzillaModules are the modules of Bugzilla's clients.
func bugzillaModules(s *settings, svc *service) []methods.Module {
	row := s.tables.Bugzilla
	cfg := bugzilla.Config{
		Sessions: svc.sessions, Terms: s.tables.terms(), Accounts: svc.db.Accounts(), Audit: svc.record,
		Hash: svc.hash, Policy: s.rule(), Roles: []string{defaultRole}, Now: time.Now, Rand: rand.Reader,
		EmailHint: row.EmailHint, Version: row.Version, Maintainer: row.Maintainer, MailFrom: row.MailFrom,
		URL: s.PublicURL + "/", EmailFilter: row.EmailFilter, Parameters: row.Parameters,
	}
	if svc.mail != nil {
		cfg.Offers, cfg.Mail = svc.db.Offers(), svc.mail
	}
	if row.EmailPattern != "" {
		cfg.Email = regexp.MustCompile(row.EmailPattern) // check has compiled it
	}
	for _, e := range s.tables.endpoints() {
		cfg.RequireLogin = cfg.RequireLogin || e.RequireLogin
	}
	return bugzilla.New(cfg)
}

// hash makes the hash of a new password, in a worker process.
func (svc *service) hash(ctx context.Context, pass string) (string, error) {
	return verify.HashPassword(ctx, svc.pool, svc.cost, []byte(pass))
}
