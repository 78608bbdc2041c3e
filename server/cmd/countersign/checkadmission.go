package main

import (
	"context"
	"errors"
	"io/fs"
	"log/slog"
	"os"
	"path/filepath"
	"slices"
	"time"

	"countersign/pamauth"
	"countersign/session/audit"
	"countersign/session/cookie"
)

// checkPAM looks at the PAM set-up, if passwords are verified there. It tries no login.
func (f *findings) checkPAM(ctx context.Context, s *settings) {
	if !slices.Contains(s.Auth, "pam") {
		return
	}
	ctx, cancel := context.WithTimeout(ctx, 15*time.Second)
	defer cancel()
	pool, err := newPool(s.tables.PAM, slog.New(slog.DiscardHandler))
	if err != nil {
		f.add("pam", fail, "%v", err)
		return
	}
	found := pamauth.Check(ctx, pamauth.CheckConfig{Runner: pool, Service: s.PAMService, ConfDir: s.PAMConfDir})
	if err := pool.Close(ctx); err != nil {
		found = append(found, pamauth.Finding{Text: err.Error()})
	}
	for _, finding := range found {
		status := fail
		if finding.Warning {
			status = warn
		}
		f.add("pam", status, "%s", finding.Text)
	}
	if len(found) == 0 {
		f.add("pam", good, "the service %s is in order, and a worker starts a transaction of it", s.PAMService)
	}
}

// checkAudit tells whether the audit can be written. It leaves no file behind.
func (f *findings) checkAudit(s *settings) {
	if s.Audit == "" {
		f.add("audit", good, "goes to standard error")
		return
	}
	err := writable(s.Audit)
	switch {
	case err != nil:
		f.add("audit", fail, "audit: %v", err)
	case s.AuditRequired:
		f.add("audit", good, "%s can be written, and what cannot be recorded is refused", s.Audit)
	default:
		f.add("audit", good, "%s can be written", s.Audit)
	}
}

// checkCookies reads the keys of session cookies, if there are to be cookies.
func (f *findings) checkCookies(s *settings) {
	if s.CookieKeys == "" {
		return
	}
	switch exists, err := openable(s.CookieKeys, func(path string) error {
		_, err := cookie.OpenKeys(path)
		return err
	}); {
	case err != nil:
		f.add("cookies", fail, "%v", err)
	case exists:
		f.add("cookies", good, "%s holds keys", s.CookieKeys)
	default:
		f.add("cookies", good, "%s does not exist yet; the first start makes it", s.CookieKeys)
	}
}

// checkMail tells whether letters can be left in the spool, if there is one.
func (f *findings) checkMail(s *settings) {
	dir := s.tables.Bugzilla.MailSpool
	if dir == "" {
		return
	}
	existing := dir
	for _, err := os.Stat(existing); errors.Is(err, fs.ErrNotExist) && existing != filepath.Dir(existing); _, err = os.Stat(existing) {
		existing = filepath.Dir(existing)
	}
	if err := probe(existing); err != nil {
		f.add("mail", fail, "mail_spool: %v", err)
		return
	}
	f.add("mail", good, "%s can be written", dir)
}

// writable opens an audit file as the server does, or if there is none tries whether
// one can be made in the folder.
func writable(path string) error {
	_, err := openable(path, func(path string) error {
		file, err := openAuditFile(path, audit.FileOptions{})
		if err != nil {
			return err
		}
		return file.Close()
	})
	return err
}

// openable opens a file if it exists, and else tries whether one can be made.
func openable(path string, open func(path string) error) (exists bool, err error) {
	if _, err := os.Stat(path); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return false, err
	} else if err == nil {
		return true, open(path)
	}
	return false, probe(filepath.Dir(path))
}

// probe tries whether a file can be made in a folder, and removes it again.
func probe(dir string) error {
	file, err := os.CreateTemp(dir, ".countersign-check-*")
	if err != nil {
		return err
	}
	return errors.Join(file.Close(), os.Remove(file.Name()))
}
