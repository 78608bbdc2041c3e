package main

import (
	"context"
	"crypto/tls"
	"errors"
	"io"
	"net/http"
	"net/url"
	"strings"
	"time"
)

// readyTime is how long a server may take to say whether it is ready; it gives its
// own checks two seconds.
const readyTime = 3 * time.Second

// checkServer asks a running server whether it is ready.
func (f *findings) checkServer(ctx context.Context, u *url.URL, client *http.Client) {
	ready := url.URL{Scheme: u.Scheme, Host: u.Host, Path: "/readyz"}
	if t, ok := client.Transport.(*http.Transport); ok && localHost(u.Hostname()) {
		// A certificate has the name under which others know the server. Nothing
		// secret is sent, and the way does not leave this machine.
		t.TLSClientConfig = &tls.Config{InsecureSkipVerify: true}
	}
	text, err := ask(ctx, client, ready.String())
	if err != nil {
		f.add("server", fail, "%v", err)
		return
	}
	f.add("server", good, "%s says %s", ready.String(), text)
}

// ask gives the text of an answer with status 200; of others it makes an error.
func ask(ctx context.Context, client *http.Client, address string) (text string, err error) {
	r, err := http.NewRequestWithContext(ctx, http.MethodGet, address, nil)
	if err != nil {
		return "", err
	}
	answer, err := client.Do(r)
	if err != nil {
		return "", err
	}
	defer func() { err = errors.Join(err, answer.Body.Close()) }()
	const most = 1 << 10
	body, err := io.ReadAll(io.LimitReader(answer.Body, most))
	if err != nil {
		return "", err
	}
	text = cell(strings.Join(strings.FieldsFunc(string(body), func(r rune) bool { return r == '\n' }), "; "))
	if answer.StatusCode != http.StatusOK {
		return "", errors.New(address + " says HTTP " + answer.Status + ": " + text)
	}
	return text, nil
}
