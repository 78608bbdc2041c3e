package server_test

import (
	"bytes"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"log/slog"
	"math/big"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"countersign/server"
)

// certificate is a self-signed one for 127.0.0.1, as files.
type certificate struct {
	cert, key string
	clock     *clock
	pool      *x509.CertPool
}

func newCertificate(t testing.TB, clock *clock) *certificate {
	t.Helper()
	dir := t.TempDir()
	c := &certificate{
		cert: filepath.Join(dir, "cert.pem"), key: filepath.Join(dir, "key.pem"),
		clock: clock, pool: x509.NewCertPool(),
	}
	c.issue(t, 1)
	return c
}

// issue writes a new certificate in place of what is there.
func (c *certificate) issue(t testing.TB, serial int64) {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	must(t, err)
	template := &x509.Certificate{
		SerialNumber: big.NewInt(serial), Subject: pkix.Name{CommonName: "countersign test"},
		NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(time.Hour),
		IPAddresses: []net.IP{net.IPv4(127, 0, 0, 1)}, IsCA: true, BasicConstraintsValid: true,
	}
	der, err := x509.CreateCertificate(rand.Reader, template, template, &key.PublicKey, key)
	must(t, err)
	pkcs8, err := x509.MarshalPKCS8PrivateKey(key)
	must(t, err)
	write(t, c.cert, pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der}))
	write(t, c.key, pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: pkcs8}))
	c.pool.AppendCertsFromPEM(pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der}))
}

func write(t testing.TB, path string, content []byte) {
	t.Helper()
	must(t, os.WriteFile(path, content, 0o600))
}

// files is what the server makes of them.
func (c *certificate) files(t testing.TB, log *slog.Logger) *server.CertificateFiles {
	t.Helper()
	files, err := server.NewCertificateFiles(c.cert, c.key, log, c.clock.Now)
	must(t, err)
	return files
}

// serial makes a handshake and tells which certificate was shown.
func (c *certificate) serial(t testing.TB, address string) int64 {
	t.Helper()
	conn, err := tls.Dial("tcp", address, &tls.Config{RootCAs: c.pool})
	must(t, err)
	defer func() { _ = conn.Close() }()
	return conn.ConnectionState().PeerCertificates[0].SerialNumber.Int64()
}

func TestTLS(t *testing.T) {
	s := newService(t, options{})
	c := newCertificate(t, s.clock)
	r := s.serve(t, server.Serving{TLS: c.files(t, slog.New(slog.DiscardHandler)).Config()})
	over := func(protocols ...string) *client {
		transport := &http.Transport{TLSClientConfig: &tls.Config{RootCAs: c.pool}, Protocols: new(http.Protocols)}
		transport.Protocols.SetHTTP1(len(protocols) == 0)
		transport.Protocols.SetHTTP2(len(protocols) > 0)
		t.Cleanup(transport.CloseIdleConnections)
		out := s.client(plainPath)
		out.url, out.http = "https://"+r.address, &http.Client{Transport: transport}
		return out
	}
	for why, client := range map[string]*client{"HTTP/1.1": over(), "HTTP/2": over("h2")} {
		me := client.login(t, "bubba", "gump")
		if !me.alive(t) {
			t.Errorf("%s: no session", why)
		}
		req, err := http.NewRequestWithContext(t.Context(), "GET", client.url+"/healthz", nil)
		must(t, err)
		res, err := client.http.Do(req)
		must(t, err)
		if a := readAnswer(t, res); a.status != 200 || res.Proto != why && res.Proto != why+".0" {
			t.Errorf("%s: %d over %s", why, a.status, res.Proto)
		}
		a := client.post(t, strings.Repeat(" ", 2<<20))
		a.wantFault(t, 413, -32007, "over the limit")
		long := *client
		long.path += "?" + strings.Repeat("q", 9000)
		if a := long.call(t, "x"); a.status != 414 {
			t.Errorf("%s: a long target gives %d", why, a.status)
		}
	}

	t.Run("old versions", func(t *testing.T) {
		conn, err := tls.Dial("tcp", r.address, &tls.Config{RootCAs: c.pool, MaxVersion: tls.VersionTLS11})
		if err == nil {
			_ = conn.Close()
			t.Error("TLS 1.1 is spoken")
		}
	})
	t.Run("in clear", func(t *testing.T) {
		answers := exchange(t, r.address, last)
		if len(answers) != 1 || answers[0].status != 400 {
			t.Errorf("HTTP at an HTTPS port gives %+v", first(answers))
		}
	})
}

// TestNoHTTP2InClear: HTTP/2 is for TLS only (requirements INP-11).
func TestNoHTTP2InClear(t *testing.T) {
	s := newService(t, options{})
	r := s.serve(t, server.Serving{})
	transport := &http.Transport{Protocols: new(http.Protocols)}
	transport.Protocols.SetUnencryptedHTTP2(true)
	req, err := http.NewRequestWithContext(t.Context(), "GET", "http://"+r.address+"/healthz", nil)
	must(t, err)
	if res, err := transport.RoundTrip(req); err == nil {
		t.Errorf("answered over %s with %d", res.Proto, readAnswer(t, res).status)
	}
	upgrade := "GET /healthz HTTP/1.1\r\nHost: x\r\nConnection: Upgrade, HTTP2-Settings\r\nUpgrade: h2c\r\nHTTP2-Settings: AAMAAABkAAQCAAAAAAIAAAAA\r\n\r\n"
	answers := exchange(t, r.address, upgrade+last)
	if len(answers) != 2 || answers[0].status != 200 || answers[0].body != lastAnswer {
		t.Errorf("an upgrade gives %+v", first(answers))
	}
}

// TestCertificateReload: new files are taken up without a restart, and files that are
// half written do no harm.
func TestCertificateReload(t *testing.T) {
	s := newService(t, options{})
	c := newCertificate(t, s.clock)
	logs := &logBuffer{}
	r := s.serve(t, server.Serving{TLS: c.files(t, slog.New(slog.NewTextHandler(logs, nil))).Config()})
	if got := c.serial(t, r.address); got != 1 {
		t.Fatalf("certificate %d at the start", got)
	}
	c.issue(t, 2)
	if got := c.serial(t, r.address); got != 1 {
		t.Errorf("certificate %d a moment later: the files are looked at now and then", got)
	}
	s.clock.advance(5 * time.Second)
	if got := c.serial(t, r.address); got != 2 || !strings.Contains(logs.String(), "a new certificate is in use") {
		t.Errorf("certificate %d after five seconds, log %s", got, logs)
	}

	good, err := os.ReadFile(c.cert)
	must(t, err)
	for why, content := range map[string][]byte{"half written": good[:len(good)/2], "empty": nil, "noise": []byte("noise")} {
		write(t, c.cert, content)
		s.clock.advance(5 * time.Second)
		if got := c.serial(t, r.address); got != 2 {
			t.Errorf("%s: certificate %d", why, got)
		}
	}
	must(t, os.Remove(c.cert))
	s.clock.advance(5 * time.Second)
	if got := c.serial(t, r.address); got != 2 || !strings.Contains(logs.String(), "could not be read again") {
		t.Errorf("removed: certificate %d, log %s", got, logs)
	}
	c.issue(t, 3)
	s.clock.advance(5 * time.Second)
	if got := c.serial(t, r.address); got != 3 {
		t.Errorf("certificate %d after the files came back", got)
	}
	key, err := os.ReadFile(c.key)
	must(t, err)
	if bytes.Contains([]byte(logs.String()), key[60:100]) {
		t.Error("the log has a piece of the key")
	}
}

// TestCertificateAtStart: bad files stop the start.
func TestCertificateAtStart(t *testing.T) {
	c, other := newCertificate(t, newClock()), newCertificate(t, newClock())
	noise := filepath.Join(t.TempDir(), "noise")
	write(t, noise, []byte("noise"))
	for why, files := range map[string][2]string{
		"no certificate":      {noise + "x", c.key},
		"no key":              {c.cert, noise + "x"},
		"noise":               {noise, c.key},
		"the key of another":  {c.cert, other.key},
		"the wrong way round": {c.key, c.cert},
	} {
		if _, err := server.NewCertificateFiles(files[0], files[1], slog.New(slog.DiscardHandler), c.clock.Now); err == nil {
			t.Errorf("%s: starts", why)
		}
	}
}

// TestDrainTLS: draining ends HTTP/2 connections too.
func TestDrainTLS(t *testing.T) {
	s := newService(t, options{})
	c := newCertificate(t, s.clock)
	r := s.serve(t, server.Serving{TLS: c.files(t, slog.New(slog.DiscardHandler)).Config()})
	transport := &http.Transport{TLSClientConfig: &tls.Config{RootCAs: c.pool}, ForceAttemptHTTP2: true}
	defer transport.CloseIdleConnections()
	req, err := http.NewRequestWithContext(t.Context(), "GET", "https://"+r.address+"/healthz", nil)
	must(t, err)
	res, err := transport.RoundTrip(req)
	must(t, err)
	if readAnswer(t, res); res.ProtoMajor != 2 {
		t.Fatalf("over %s", res.Proto)
	}
	r.stop()
	if err := within(t, "the end of Serve", r.ended); err != nil {
		t.Error(err)
	}
}
