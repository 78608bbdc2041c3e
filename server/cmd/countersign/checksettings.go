package main

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"fmt"
	"maps"
	"net"
	"net/http"
	"net/url"
	"os"
	"slices"
	"strings"
	"time"

	"github.com/alecthomas/kong"

	"countersign/server"
)

// checkSettings tells where the settings come from, and of variables that look like
// settings and are none.
func (f *findings) checkSettings(s *settings, args commandLine, known map[string]*kong.Flag) {
	from := "flags, environment and defaults; no settings file"
	if s.Config != "" {
		from = "flags, environment and " + s.Config
	}
	f.add("settings", good, "%s", from)
	if args.showsPassword(s.Database) {
		f.add("settings", warn, passwordOnShow)
	}
	if s.clientsAreOne() {
		f.add("settings", warn, oneClient)
	}
	for _, text := range strangeVariables(os.Environ(), known) {
		f.add("settings", warn, "%s", text)
	}
}

// strangeVariables tells of variables that mean nothing, and of the settings that were
// probably meant. Others may use the prefix too: Kubernetes makes variables of the
// names of services.
func strangeVariables(environ []string, settings map[string]*kong.Flag) []string {
	words := append(slices.Collect(maps.Keys(settings)), "config", "session", "key", "password")
	var strange []string
	for _, pair := range environ {
		name, _, _ := strings.Cut(pair, "=")
		word, ours := strings.CutPrefix(name, variablePrefix)
		if !ours || slices.Contains(words, strings.ToLower(word)) {
			continue
		}
		if near, ok := nearest(word, words); ok {
			strange = append(strange, fmt.Sprintf("%s is set, but no setting has that name; did you mean %s?", name, variable(near)))
		}
	}
	return strange
}

// checkCertificate looks at the files that TLS needs.
func (f *findings) checkCertificate(s *settings) {
	const soon = 14 * 24 * time.Hour
	if s.TLSCert == "" {
		f.add("tls", good, "off")
		return
	}
	pair, err := tls.LoadX509KeyPair(s.TLSCert, s.TLSKey)
	if err != nil {
		f.add("tls", fail, "%v", err)
		return
	}
	leaf, err := x509.ParseCertificate(pair.Certificate[0])
	now := time.Now()
	switch {
	case err != nil:
		f.add("tls", fail, "%s: %v", s.TLSCert, err)
	case now.After(leaf.NotAfter):
		f.add("tls", fail, "%s ended on %s", s.TLSCert, moment(leaf.NotAfter))
	case now.Before(leaf.NotBefore):
		f.add("tls", fail, "%s begins on %s", s.TLSCert, moment(leaf.NotBefore))
	case leaf.NotAfter.Sub(now) < soon:
		f.add("tls", warn, "%s ends on %s", s.TLSCert, moment(leaf.NotAfter))
	default:
		f.add("tls", good, "%s is good until %s", s.TLSCert, moment(leaf.NotAfter))
	}
}

// checkAddress tells whether the address is free, and if a server of ours has it,
// whether that is ready.
func (f *findings) checkAddress(ctx context.Context, s *settings) {
	if u, client, ok := s.running(ctx); ok {
		f.add("listen", good, "%s is in use", s.Listen)
		f.checkServer(ctx, u, client)
		return
	}
	if path, ok := strings.CutPrefix(s.Listen, "unix:"); ok {
		f.checkSocket(path)
		return
	}
	l, err := server.Listen(s.Listen)
	if err != nil {
		f.add("listen", fail, "%v", err)
		return
	}
	loopback := server.Loopback(l)
	if err := l.Close(); err != nil {
		f.add("listen", fail, "%v", err)
		return
	}
	switch {
	case loopback || s.TLSCert != "":
		f.add("listen", good, "%s is free", s.Listen)
	case s.PlainHTTP:
		f.add("listen", warn, "%s is free and not loopback, and plain HTTP is allowed: a proxy in front must speak TLS", s.Listen)
	default:
		f.add("listen", fail, "%s is not loopback: %s", s.Listen, plainHTTPAdvice)
	}
}

// checkSocket looks at the place of a Unix socket that nobody listens on.
func (f *findings) checkSocket(path string) {
	info, err := os.Lstat(path)
	switch {
	case err == nil && info.Mode()&os.ModeSocket == 0:
		f.add("listen", fail, "%s exists and is not a socket", path)
	case err != nil && !os.IsNotExist(err):
		f.add("listen", fail, "%v", err)
	default:
		f.add("listen", good, "unix:%s is free", path)
	}
}

// running tells whether something listens on the address, and how to ask it.
func (s *settings) running(ctx context.Context) (*url.URL, *http.Client, bool) {
	ctx, cancel := context.WithTimeout(ctx, time.Second)
	defer cancel()
	network, address := "tcp", s.Listen
	if path, ok := strings.CutPrefix(s.Listen, "unix:"); ok {
		network, address = "unix", path
	}
	conn, err := (&net.Dialer{}).DialContext(ctx, network, address)
	if err != nil || conn.Close() != nil {
		return nil, nil, false
	}
	where := s.Listen
	if a, isTCP := conn.RemoteAddr().(*net.TCPAddr); isTCP {
		where = s.clientURL(a)
	}
	u, client, err := newHTTPClient(where, readyTime)
	return u, client, err == nil
}
