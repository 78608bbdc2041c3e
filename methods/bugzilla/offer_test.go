package bugzilla_test

import (
	"bytes"
	"io"
	"mime/quotedprintable"
	"net/mail"
	"net/netip"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"countersign/methods"
	"countersign/methods/bugzilla"
	"countersign/session/account"
)

// letters are the files in the spool, in the order of their names.
func (w *world) letters() []string {
	w.t.Helper()
	files, err := filepath.Glob(filepath.Join(w.spool, "new", "*"))
	must(w.t, err)
	return files
}

// offered asks for an account and gives the token that was mailed.
func (w *world) offered(address string) string {
	w.t.Helper()
	before := w.letters()
	w.same("offer", w.call(stranger, "User.offer_account_by_email", "email", address), "nil")
	for _, file := range w.letters() {
		if !strings.Contains(strings.Join(before, "\n"), file) {
			w.letter(file)
			raw, err := os.ReadFile(file)
			must(w.t, err)
			return regexp.MustCompile(`(?m)^    ([0-9a-f]{64})\r$`).FindStringSubmatch(string(raw))[1]
		}
	}
	w.t.Fatalf("no letter to %s", address)
	return ""
}

func (w *world) letter(file string) (mail.Header, string) {
	w.t.Helper()
	raw, err := os.ReadFile(file)
	must(w.t, err)
	if bytes.Contains(bytes.ReplaceAll(raw, []byte("\r\n"), nil), []byte("\n")) {
		w.t.Error("a line does not end in CRLF")
	}
	for line := range bytes.Lines(raw) {
		if len(line) > 80 {
			w.t.Errorf("a line has %d bytes", len(line))
		}
	}
	m, err := mail.ReadMessage(bytes.NewReader(raw))
	must(w.t, err)
	text, err := io.ReadAll(quotedprintable.NewReader(m.Body))
	must(w.t, err)
	return m.Header, string(text)
}

func TestOfferAndAccept(t *testing.T) {
	w := newWorld(t)
	token := w.offered(" New@example.org ")
	files := w.letters()
	if len(files) != 1 {
		t.Fatalf("%d letters", len(files))
	}
	info, err := os.Stat(files[0])
	must(t, err)
	if info.Mode() != 0o600 {
		t.Errorf("the letter has the mode %v", info.Mode())
	}
	if left, _ := filepath.Glob(filepath.Join(w.spool, "tmp", "*")); len(left) != 0 {
		t.Errorf("%d files are left", len(left))
	}
	head, text := w.letter(files[0])
	for name, want := range map[string]string{
		"From": "maintainer@example.org", "To": "New@example.org", "Date": "Fri, 02 Jan 2026 03:04:05 +0000",
		"Auto-Submitted": "auto-generated", "Mime-Version": "1.0",
	} {
		if got := head.Get(name); got != want {
			t.Errorf("%s: %q, want %q", name, got, want)
		}
	}
	if _, err := mail.ParseAddress(strings.TrimSuffix(strings.TrimPrefix(head.Get("Message-Id"), "<"), ">")); err != nil {
		t.Errorf("Message-ID %q: %v", head.Get("Message-Id"), err)
	}
	for _, want := range []string{"User.accept_offer", token, "2026-01-05 03:04 UTC", "https://bugs.example.org/", "New@example.org"} {
		if !strings.Contains(text, want) {
			t.Errorf("the letter does not say %q:\n%s", want, text)
		}
	}

	w.audited()
	v := w.call(stranger, "User.accept_offer", "token", " "+strings.ToUpper(token), "password", "some words in a row", "full_name", "New One")
	a := w.account(field(v, "id").Int())
	if a.Name != "New@example.org" || a.Email != a.Name || a.Display != "New One" || strings.Join(a.Roles, " ") != "user" {
		t.Errorf("made %+v", a)
	}
	log := w.audited()
	if !strings.Contains(log, `"event":"account.add","outcome":"ok","peer":"192.0.2.7","user":"New@example.org"`) || strings.Contains(log, "actor") ||
		strings.Contains(log, token) || strings.Contains(log, "some words") {
		t.Errorf("audit:\n%s", log)
	}
	w.call(stranger, "User.login", "login", "new@example.org", "password", "some words in a row")
	w.fails(51, "no such offer", stranger, "User.accept_offer", "token", token, "password", "other words in a row")
	w.fails(500, "There is already an account", stranger, "User.offer_account_by_email", "email", "NEW@example.org")
}

func TestOfferRefuses(t *testing.T) {
	w := newWorld(t)
	w.offered("first@example.org")
	for _, c := range []struct {
		code           int
		words, address string
	}{
		{50, "requires a email argument", ""},
		{50, "requires a email argument", "  "},
		{500, "There is already an account", "zoe@example.org"},
		{500, "There is already an account", "Bubba.smith@example.org"},
		{501, "didn't pass our syntax checking", "nobody"},
		{501, "didn't pass our syntax checking", "x@example.org\r\nBcc: y@example.org"},
		{32000, "too recently", "FIRST@example.org"},
	} {
		w.fails(c.code, c.words, stranger, "User.offer_account_by_email", "email", c.address)
	}
	if n := len(w.letters()); n != 1 {
		t.Errorf("%d letters", n)
	}
	w.now = w.now.Add(10 * time.Minute)
	w.offered("first@example.org")
	elsewhere := newWorld(t, func(c *bugzilla.Config) { c.URL, c.MailFrom, c.Maintainer = "/", "", "" })
	elsewhere.offered("new@example.org")
	head, _ := elsewhere.letter(elsewhere.letters()[0])
	if head.Get("Subject") != "Your new account" || head.Get("From") != "countersign@localhost" {
		t.Errorf("without an address of its own: %v", head)
	}
	for name, change := range map[string]func(*bugzilla.Config){
		"no mail":   func(c *bugzilla.Config) { c.Mail = nil },
		"no offers": func(c *bugzilla.Config) { c.Offers = nil },
	} {
		w := newWorld(t, change)
		w.fails(501, "disabled", stranger, "User.offer_account_by_email", "email", "new@example.org")
		w.fails(501, "disabled", stranger, "User.offer_account_by_email", "email", "zoe@example.org")
		w.fails(51, "no such offer", stranger, "User.accept_offer", "token", strings.Repeat("0", 64), "password", "some words in a row")
		if name == "no offers" && len(w.letters()) != 0 {
			t.Error("a letter was written")
		}
	}
	w = newWorld(t, func(c *bugzilla.Config) {
		c.Email, c.EmailHint = regexp.MustCompile(`@example\.org$`), "Only our own."
	})
	w.fails(501, "Only our own.", stranger, "User.offer_account_by_email", "email", "x@example.com")
	w.fails(501, "syntax checking", stranger, "User.offer_account_by_email", "email", "a b@example.org")
	w.offered("x@example.org")
}

// TestOfferBounds: a stranger cannot send mail in bulk.
func TestOfferBounds(t *testing.T) {
	w := newWorld(t)
	from := func(peer, address string) error {
		c := client
		c.Peer = netip.MustParseAddr(peer)
		_, err := w.tryFrom(c, stranger, "User.offer_account_by_email", "email", address)
		return err
	}
	letter := func(i int) string { return string(rune('a'+i)) + "@example.org" }
	for i := range 10 {
		must(t, from("2001:db8::1", letter(i)))
	}
	for _, peer := range []string{"2001:db8::1", "2001:db8::ffff:2"} { // one customer's block
		err := from(peer, letter(10))
		w.wantFault(32000, "Too many account tokens", methods.Value{}, err, "offer", peer)
	}
	must(t, from("2001:db8:1::1", letter(10)))
	w.now = w.now.Add(time.Hour)
	must(t, from("2001:db8::1", letter(11)))
	for range 2 {
		w.now = w.now.Add(10 * time.Minute)
		must(t, from("192.0.2.1", letter(0)))
	}
	w.now = w.now.Add(10 * time.Minute)
	err := from("192.0.2.1", letter(0)) // has three already
	w.wantFault(32000, "too recently", methods.Value{}, err, "offer")
	if e := methods.AsError(err); e.RetryAfter != 10*time.Minute {
		t.Errorf("try again after %v", e.RetryAfter)
	}
}

func TestAcceptRefuses(t *testing.T) {
	w := newWorld(t)
	token := w.offered("new@example.org")
	for _, c := range []struct {
		code        int
		words       string
		token, pass any
	}{
		{50, "requires a token argument", "", good},
		{50, "requires a token argument", nil, nil},
		{50, "requires a password argument", token, ""},
		{51, "no such offer", "x", good},
		{51, "no such offer", token[1:], good},
		{51, "no such offer", strings.Repeat("0", 64), good},
		{502, "password must be at least 15 characters", token, "short"},
		{305, "not complex enough", token, "new@example.org"},
	} {
		w.fails(c.code, c.words, stranger, "User.accept_offer", "token", c.token, "password", c.pass)
	}
	// Somebody else made the account meanwhile.
	must(t, w.db.Offers().Withdraw(t.Context(), [32]byte{}))
	other, err := w.db.Accounts().Add(t.Context(), account.Account{Kind: account.User, Name: "NEW@example.org"})
	must(t, err)
	w.fails(500, "There is already an account", stranger, "User.accept_offer", "token", token, "password", "some words in a row")
	must(t, w.db.Accounts().Delete(t.Context(), other.ID, w.now))
	w.audit.failing = true
	_, err = w.try(stranger, "User.accept_offer", "token", token, "password", "some words in a row")
	if e := methods.AsError(err); e.Kind != methods.KindBusy {
		t.Errorf("unrecorded: %v", err)
	}
	w.audit.failing = false
	if n, err := w.db.Accounts().Count(t.Context()); n != 8 || err != nil {
		t.Errorf("%d accounts, %v", n, err)
	}
	late := w.offered("late@example.org")
	w.now = w.now.Add(72 * time.Hour)
	w.fails(51, "too old", stranger, "User.accept_offer", "token", late, "password", "some words in a row")
}

// TestOfferUnsent: what could not be mailed does not keep the address from asking again.
func TestOfferUnsent(t *testing.T) {
	w := newWorld(t)
	must(t, os.RemoveAll(filepath.Join(w.spool, "new")))
	_, err := w.try(stranger, "User.offer_account_by_email", "email", "new@example.org")
	if e := methods.AsError(err); e.Kind != methods.KindBusy {
		t.Fatalf("unsent: %v", err)
	}
	if left, _ := filepath.Glob(filepath.Join(w.spool, "tmp", "*")); len(left) != 0 {
		t.Errorf("%d files are left", len(left))
	}
	_, err = bugzilla.NewSpool(w.spool)
	must(t, err)
	w.call(stranger, "User.accept_offer", "token", w.offered("new@example.org"), "password", "some words in a row")
}

// TestTokenIsNotKept: the database holds nothing that is good for an account.
func TestTokenIsNotKept(t *testing.T) {
	w := newWorld(t)
	token := w.offered("new@example.org")
	path := strings.TrimPrefix(w.db.URL(), "sqlite:")
	for _, file := range []string{path, path + "-wal"} {
		b, err := os.ReadFile(file)
		must(t, err)
		if bytes.Contains(b, []byte(token)) {
			t.Errorf("%s holds the token", filepath.Base(file))
		}
	}
}
