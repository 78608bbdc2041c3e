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
		f.add("audit", fail, "%v", err)
	case s.AuditRequired:
		f.add("audit", good, "%s can be written, and what cannot be recorded is refused", s.Audit)
	default:
		f.add("audit", good, "%s can be written", s.Audit)
	}
}

// writable opens an audit file as the server does, or if there is none tries whether
// one can be made in the folder.
func writable(path string) error {
	if _, err := os.Stat(path); err == nil {
		file, err := audit.OpenFile(path, audit.FileOptions{})
		if err != nil {
			return err
		}
		return file.Close()
	} else if !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	probe, err := os.CreateTemp(filepath.Dir(path), ".countersign-check-*")
	if err != nil {
		return err
	}
	return errors.Join(probe.Close(), os.Remove(probe.Name()))
}
