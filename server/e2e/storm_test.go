package e2e

import (
	"bytes"
	"encoding/base64"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"net"
	"net/http"
	"regexp"
	"strings"
	"sync"
	"testing"
	"time"

	"countersign/session/account"
	"countersign/session/password"
	"countersign/sql"
	"countersign/sql/sqltest"
)

const (
	stormCycles  = 12
	stormClients = 8
)

// ledger is what clients were told: which sessions were acknowledged, and which
// logouts.
type ledger struct {
	mu      sync.Mutex
	live    map[string]bool // "sessionid:kp3" of acknowledged logins without a logout sent
	dead    map[string]bool // of acknowledged logouts
	unknown map[string]bool // logout sent, no answer
	count   int             // of acknowledged answers
}

// TestKillStorm kills the server with SIGKILL again and again while clients log in and
// out. No acknowledged login may be lost and no acknowledged logout undone.
func TestKillStorm(t *testing.T) {
	if testing.Short() {
		t.Skip("a storm takes its time")
	}
	t.Run("sqlite", func(t *testing.T) { killStorm(t, sqltest.SQLiteURL(t)) })
	t.Run("postgres", func(t *testing.T) { killStorm(t, sqltest.DurablePostgresURL(t)) })
}

func killStorm(t *testing.T, url string) {
	db, err := sql.Open(t.Context(), url)
	must(t, err)
	hash, err := password.Hash(randReader{}, password.DefaultParams, []byte("storm"))
	must(t, err)
	for n := range stormClients {
		_, err = db.Accounts().Add(t.Context(), account.Account{Kind: account.User, Name: stormUser(n), PasswordHash: hash, Roles: []string{"user"}})
		must(t, err)
	}
	must(t, db.Close())
	l := &ledger{live: map[string]bool{}, dead: map[string]bool{}, unknown: map[string]bool{}}
	for cycle := range stormCycles {
		p := start(t, "serve", "--listen", "127.0.0.1:0", "--database", url)
		stop := make(chan struct{})
		var clients sync.WaitGroup
		for n := range stormClients {
			// An attempt that the kill leaves undecided counts as failed. So everybody is a
			// user of their own, who comes from somewhere else each time.
			from := clientFrom(net.IPv4(127, 1, byte(cycle+1), byte(n+1)))
			clients.Go(func() { stormClient(t, from, p.address, stormUser(n), l, stop) })
		}
		l.await(t, 4+rand.IntN(12))
		time.Sleep(time.Duration(rand.IntN(30)) * time.Millisecond) // somewhere between two answers
		p.kill()
		close(stop)
		clients.Wait()
	}
	p := start(t, "serve", "--listen", "127.0.0.1:0", "--database", url)
	for pair := range l.live {
		if valid, err := check(p.address, pair); err != nil || !valid {
			t.Errorf("an acknowledged login was lost (%v)", err)
		}
	}
	for pair := range l.dead {
		if valid, err := check(p.address, pair); err != nil || valid {
			t.Errorf("an acknowledged logout was undone (%v)", err)
		}
	}
	t.Logf("%d acknowledged logins live, %d acknowledged logouts, %d of unknown outcome", len(l.live), len(l.dead), len(l.unknown))
	if len(l.live) == 0 || len(l.dead) == 0 {
		t.Errorf("too little was acknowledged for the storm to mean anything:\n%s", tail(p.logged(), 5))
	}
}

// await returns when so many more answers were acknowledged, however slow the machine.
func (l *ledger) await(t *testing.T, more int) {
	t.Helper()
	acknowledged := func() int {
		l.mu.Lock()
		defer l.mu.Unlock()
		return l.count
	}
	from := acknowledged()
	for end := time.Now().Add(60 * time.Second); acknowledged() < from+more; time.Sleep(5 * time.Millisecond) {
		if time.Now().After(end) {
			t.Fatal("the server acknowledges nothing")
		}
	}
}

// stormClient logs in and, every other time, out, until the server is gone.
func stormClient(t *testing.T, from *http.Client, address, user string, l *ledger, stop chan struct{}) {
	defer from.CloseIdleConnections()
	for n := 0; ; n++ {
		select {
		case <-stop:
			return
		default:
		}
		answer, err := postFrom(from, address, "", call("system.login", user, "storm"))
		if err != nil {
			return // killed
		}
		pair := pairIn(answer)
		if pair == "" {
			if !strings.Contains(answer, "-32009") { // busy is an honest answer
				t.Errorf("login: %s", answer)
			}
			continue
		}
		l.mu.Lock()
		l.live[pair] = true
		l.count++
		l.mu.Unlock()
		if n%2 == 0 {
			continue
		}
		l.mu.Lock()
		delete(l.live, pair)
		l.unknown[pair] = true
		l.mu.Unlock()
		answer, err = postFrom(from, address, pair, call("system.logout"))
		if err != nil {
			return
		}
		if strings.Contains(answer, "<boolean>1</boolean>") {
			l.mu.Lock()
			delete(l.unknown, pair)
			l.dead[pair] = true
			l.count++
			l.mu.Unlock()
		} else {
			t.Errorf("logout: %s", answer)
		}
	}
}

// check asks whether the server takes the pair.
func check(address, pair string) (bool, error) {
	answer, err := post(address, pair, call("system.session"))
	switch {
	case err != nil:
		return false, err
	case strings.Contains(answer, "-32001"):
		return false, nil
	case strings.Contains(answer, "<name>user</name>"):
		return true, nil
	}
	return false, errors.New(answer)
}

func call(method string, params ...string) string {
	var b strings.Builder
	fmt.Fprintf(&b, "<?xml version=\"1.0\"?><methodCall><methodName>%s</methodName><params>", method)
	for _, p := range params {
		fmt.Fprintf(&b, "<param><value><string>%s</string></value></param>", p)
	}
	b.WriteString("</params></methodCall>")
	return b.String()
}

// clientFrom makes an HTTP client that calls from an address of this machine.
func clientFrom(ip net.IP) *http.Client {
	return &http.Client{
		Timeout: 20 * time.Second,
		Transport: &http.Transport{
			DialContext: (&net.Dialer{Timeout: 5 * time.Second, LocalAddr: &net.TCPAddr{IP: ip}}).DialContext,
		},
	}
}

var client = clientFrom(net.IPv4(127, 0, 0, 1))

func stormUser(n int) string { return fmt.Sprintf("storm%d", n) }

// post sends a call and gives the whole answer; an answer that was cut off is an error.
func post(address, pair, body string) (string, error) {
	return postFrom(client, address, pair, body)
}

func postFrom(from *http.Client, address, pair, body string) (string, error) {
	req, err := http.NewRequest(http.MethodPost, "http://"+address+"/RPC2", bytes.NewReader([]byte(body)))
	if err != nil {
		return "", err
	}
	req.Header.Set("Content-Type", "text/xml")
	if pair != "" {
		req.Header.Set("Authorization", "Basic "+base64.StdEncoding.EncodeToString([]byte(pair)))
	}
	res, err := from.Do(req)
	if err != nil {
		return "", err
	}
	defer func() { _ = res.Body.Close() }()
	answer, err := io.ReadAll(res.Body)
	return string(answer), err
}

var secrets = regexp.MustCompile(`<name>sessionid</name>\s*<value><string>([0-9a-f]{32})</string></value>.*?<name>kp3</name>\s*<value><string>([0-9a-f]{32})</string>`)

// pairIn finds "sessionid:kp3" in a login answer.
func pairIn(answer string) string {
	m := secrets.FindStringSubmatch(answer)
	if m == nil {
		return ""
	}
	return m[1] + ":" + m[2]
}

// randReader salts test hashes.
type randReader struct{}

func (randReader) Read(p []byte) (int, error) {
	for i := range p {
		p[i] = byte(rand.Uint32())
	}
	return len(p), nil
}
