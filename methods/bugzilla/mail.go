package bugzilla

import (
	"bytes"
	"context"
	"fmt"
	"mime"
	"mime/quotedprintable"
	"strings"
	"time"

	"countersign/session/account"
)

// Mailer sends letters. After an error the letter was not sent.
type Mailer interface {
	Send(ctx context.Context, l *Letter) error
}

// Letter is a mail to one person.
type Letter struct {
	// From and To are addresses without names; whoever makes a Letter has checked that
	// they are nothing else.
	From, To string
	// Subject is one line, Text has "\n" at the end of lines.
	Subject, Text string
	// Date is when it was written, ID what makes it unique, of letters and digits.
	Date time.Time
	ID   string
}

// Bytes gives the letter as RFC 5322 wants it. It says of itself that no answer by a
// machine is wanted (RFC 3834).
func (l *Letter) Bytes() []byte {
	var b bytes.Buffer
	head := func(name, value string) { fmt.Fprintf(&b, "%s: %s\r\n", name, value) }
	_, domain, _ := strings.Cut(l.From, "@")
	if domain == "" {
		domain = "localhost"
	}
	head("Date", l.Date.Format(time.RFC1123Z))
	head("From", l.From)
	head("To", l.To)
	head("Message-ID", "<"+l.ID+"@"+domain+">")
	head("Subject", mime.QEncoding.Encode("utf-8", l.Subject))
	head("MIME-Version", "1.0")
	head("Content-Type", "text/plain; charset=utf-8")
	head("Content-Transfer-Encoding", "quoted-printable")
	head("Auto-Submitted", "auto-generated")
	b.WriteString("\r\n")
	w := quotedprintable.NewWriter(&b)
	// A bytes.Buffer takes everything.
	_, _ = w.Write([]byte(strings.ReplaceAll(l.Text, "\n", "\r\n")))
	_ = w.Close()
	return b.Bytes()
}

// letter is the mail with which an account is offered. Its lines are short enough, and
// its letters plain enough, to be read as the file has them: the token most of all.
func (m *module) letter(o *account.Offer, token string) *Letter {
	where := ""
	if m.cfg.URL != "" {
		where = " at " + m.cfg.URL
	}
	return &Letter{
		From: m.cfg.MailFrom, To: o.Email, Date: o.Created, ID: fmt.Sprintf("%x", o.Digest[16:]),
		Subject: "Your new account" + where,
		Text: fmt.Sprintf(`Somebody, you we hope, asked for an account%s
under the address %s.

To make it, call the method User.accept_offer with a password of your
choice and this token:

    %s

By JSON-RPC, for example, that is:

    {"method": "User.accept_offer", "id": 1, "params": [
        {"token": "...", "password": "...", "full_name": "..."}]}

The token is good for one account, until %s.

If it was not you who asked, do nothing: then no account is made.
`, where, o.Email, token, o.Expires.Format("2006-01-02 15:04 MST")),
	}
}
