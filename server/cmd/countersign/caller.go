package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/kolo/xmlrpc"

	"countersign/session"
	"countersign/session/apikey"
)

// caller is an XML-RPC client of one endpoint.
type caller struct {
	http    *http.Client
	url     string
	private bool   // what is sent cannot be read on the way
	id, key string // of the session, if there is one
	bearer  string // an API key instead
}

// callTime bounds a call: longer than a server lets one take.
const callTime = 70 * time.Second

// mostAnswer bounds what is read of an answer, in bytes.
const mostAnswer = 64 << 20

func newCaller(address string) (*caller, error) {
	u, client, err := newHTTPClient(address, callTime)
	if err != nil {
		return nil, err
	}
	if u.User != nil {
		return nil, errors.New("the URL must not hold a password: use --user")
	}
	if u.Path == "" || u.Path == "/" {
		u.Path = "/RPC2"
	}
	return &caller{http: client, url: u.String(), private: u.Scheme == "https" || localHost(u.Hostname())}, nil
}

// call makes one call. The result has Go's plain types, as encoding/json knows them.
func (c *caller) call(ctx context.Context, method string, args []any) (any, error) {
	if !methodName(method) {
		return nil, misusef("%q is no name of a method", method)
	}
	r, err := xmlrpc.NewRequest(c.url, method, args)
	if err != nil {
		return nil, err
	}
	r.Header.Set("User-Agent", "countersign/"+version)
	if c.id != "" {
		r.SetBasicAuth(c.id, c.key)
	} else if c.bearer != "" {
		r.Header.Set("Authorization", "Bearer "+c.bearer)
	}
	body, err := c.send(r.WithContext(ctx))
	if err != nil {
		return nil, err
	}
	answer := xmlrpc.Response(body)
	if err := answer.Err(); err != nil {
		if f, ok := errors.AsType[xmlrpc.FaultError](err); ok {
			return nil, fmt.Errorf("fault %d: %s", f.Code, f.String)
		}
		return nil, unreadable(err)
	}
	var result any
	if err := answer.Unmarshal(&result); err != nil {
		return nil, unreadable(err)
	}
	return plain(result), nil
}

func unreadable(err error) error { return fmt.Errorf("the answer cannot be read: %w", err) }

func (c *caller) send(r *http.Request) (body []byte, err error) {
	answer, err := c.http.Do(r)
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, answer.Body.Close()) }()
	if answer.StatusCode != http.StatusOK {
		return nil, fmt.Errorf("%s answered HTTP %s", c.url, answer.Status)
	}
	return io.ReadAll(io.LimitReader(answer.Body, mostAnswer))
}

// login gets a session in the plain dialect.
func (c *caller) login(ctx context.Context, user, pass string) error {
	result, err := c.call(ctx, "system.login", []any{user, pass})
	if err != nil {
		return err
	}
	members, _ := result.(map[string]any)
	id, hasID := members["sessionid"].(string)
	key, hasKey := members["kp3"].(string)
	if !hasID || !hasKey {
		return fmt.Errorf("%s does not log in as the plain dialect does; try the endpoint /RPC2", c.url)
	}
	c.id, c.key = id, key
	return nil
}

// use takes the credential of the environment. It is not repeated in errors.
func (c *caller) use(pair, key string) error {
	if pair != "" && key != "" {
		return misusef("both %s and %s are set", sessionVariable, keyVariable)
	}
	if key != "" {
		text, ok := apikey.ParseText(key)
		if !ok {
			return misusef("%s is no API key, %d letters and digits", keyVariable, apikey.TextSize)
		}
		c.bearer = text.Reveal()
		return nil
	}
	p, ok := session.ParsePair(pair)
	if !ok {
		return misusef("%s is not sessionid:kp3, 32 hex digits each", sessionVariable)
	}
	c.id, c.key = p.ID.Reveal(), p.Key.Reveal()
	return nil
}

// plain puts in order what the library leaves of a result: an empty string is nil,
// and a server of ours sends no nil.
func plain(v any) any {
	switch v := v.(type) {
	case nil:
		return ""
	case []any:
		for i := range v {
			v[i] = plain(v[i])
		}
	case map[string]any:
		for name := range v {
			v[name] = plain(v[name])
		}
	}
	return v
}

// methodName tells whether s can be a method's name. The library does not escape it.
func methodName(s string) bool {
	for _, r := range s {
		if !(r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || r >= '0' && r <= '9' || r == '_' || r == '.') {
			return false
		}
	}
	return s != ""
}

// newHTTPClient makes a client for a URL, or for unix:PATH. It follows no redirect,
// which could take credentials elsewhere.
func newHTTPClient(address string, timeout time.Duration) (*url.URL, *http.Client, error) {
	transport := &http.Transport{Proxy: http.ProxyFromEnvironment}
	client := &http.Client{
		Transport:     transport,
		Timeout:       timeout,
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}
	if path, ok := strings.CutPrefix(address, "unix:"); ok {
		transport.DialContext = func(ctx context.Context, _, _ string) (net.Conn, error) {
			return (&net.Dialer{}).DialContext(ctx, "unix", path)
		}
		transport.Proxy = nil
		return &url.URL{Scheme: "http", Host: "localhost"}, client, nil
	}
	u, err := url.Parse(address)
	if err != nil || u.Scheme != "http" && u.Scheme != "https" || u.Host == "" {
		return nil, nil, errors.New("--url is http://HOST:PORT/PATH, https://…, or unix:PATH")
	}
	return u, client, nil
}
