package server

import (
	"crypto/tls"
	"fmt"
	"log/slog"
	"os"
	"sync"
	"time"
)

// CertificateFiles serves a certificate from files and takes up new ones without a
// restart: the files are looked at again when a handshake comes and the last look is
// more than a few seconds old.
type CertificateFiles struct {
	certFile, keyFile string
	log               *slog.Logger
	now               func() time.Time

	mu      sync.Mutex
	current *tls.Certificate
	stamp   string
	looked  time.Time
}

// lookAgain is how old the last look at the files may be.
const lookAgain = 5 * time.Second

// NewCertificateFiles reads the files once, so that a start with bad ones fails.
func NewCertificateFiles(certFile, keyFile string, log *slog.Logger, now func() time.Time) (*CertificateFiles, error) {
	c := &CertificateFiles{certFile: certFile, keyFile: keyFile, log: log, now: now}
	if err := c.load(); err != nil {
		return nil, err
	}
	return c, nil
}

// Config is the TLS configuration of a listener: TLS 1.2 and later.
func (c *CertificateFiles) Config() *tls.Config {
	return &tls.Config{MinVersion: tls.VersionTLS12, GetCertificate: c.get, NextProtos: []string{"h2", "http/1.1"}}
}

func (c *CertificateFiles) get(*tls.ClientHelloInfo) (*tls.Certificate, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.now().Sub(c.looked) >= lookAgain {
		if err := c.load(); err != nil {
			// The old certificate goes on serving: half-written files are a moment's state.
			c.log.Error("the certificate could not be read again", "err", err)
		}
	}
	return c.current, nil
}

// load reads the files if they have changed since the last time.
func (c *CertificateFiles) load() error {
	c.looked = c.now()
	stamp, err := c.stampOf()
	if err != nil || stamp == c.stamp {
		return err
	}
	pair, err := tls.LoadX509KeyPair(c.certFile, c.keyFile)
	if err != nil {
		return fmt.Errorf("certificate %s: %w", c.certFile, err)
	}
	if c.current != nil {
		c.log.Info("a new certificate is in use", "file", c.certFile)
	}
	c.current, c.stamp = &pair, stamp
	return nil
}

func (c *CertificateFiles) stampOf() (string, error) {
	cert, err := os.Stat(c.certFile)
	if err != nil {
		return "", err
	}
	key, err := os.Stat(c.keyFile)
	if err != nil {
		return "", err
	}
	return fmt.Sprint(cert.ModTime(), cert.Size(), key.ModTime(), key.Size()), nil
}
