package session

import (
	"context"
	"crypto/rand"
	"errors"
	"net/netip"
	"sync"
	"time"

	"countersign/session/account"
)

// pending are logins that wait for answers, by the digest of their nonce. They live in
// this process only: a conversation holds a worker of it.
type pending struct {
	mu   sync.Mutex
	byID map[Digest]*pendingLogin
}

type pendingLogin struct {
	*challenged
	credentials Credentials // without the password
	terms       Terms
	before      accountsState
	stop        func()
}

const (
	// pendingMost bounds the logins that wait.
	pendingMost = 64
	// pendingLife is how long an answer may take.
	pendingLife = 60 * time.Second
)

// More is the answer to a login that needs more: what to ask, and the nonce under
// which Continue takes the answers, once.
type More struct {
	Nonce   Secret
	Prompts []Prompt
}

// Error implements error, so that Login can return it.
func (*More) Error() string { return "login: more is needed" }

// ask parks a challenge and returns the *More that tells the client. Where there is no
// place for it nothing was decided: the attempt does not count. Errors: ErrBusy.
func (m *Manager) ask(ctx context.Context, c *challenged, cred Credentials, t Terms, before accountsState) error {
	pair, err := newPair(rand.Reader)
	if err != nil {
		m.giveUp(c, &cred, t.Origin)
		return err
	}
	cred.Password = ""
	id := pair.ID.Digest()
	m.pending.mu.Lock()
	full := len(m.pending.byID) >= pendingMost || m.pending.many(cred.Peer, m.cfg.Asking)
	if !full {
		timer := time.AfterFunc(pendingLife, func() {
			if p := m.pending.take(id); p != nil {
				m.giveUp(p.challenged, &p.credentials, p.terms.Origin)
			}
		})
		m.pending.byID[id] = &pendingLogin{
			challenged: c, credentials: cred, terms: t, before: before, stop: func() { timer.Stop() },
		}
	}
	m.pending.mu.Unlock()
	if full {
		c.Cancel()
		if err := settle(ctx, c.attempt.Void); err != nil {
			m.cfg.Log.Error("a login attempt could not be counted", "err", err)
		}
		return ErrBusy
	}
	return &More{Nonce: pair.ID, Prompts: c.Prompts}
}

// many tells whether as many logins from the address block of peer wait as may. It is
// called with the lock held.
func (p *pending) many(peer netip.Addr, most int) bool {
	block, n := Block(peer), 0
	if most <= 0 || !block.IsValid() {
		return false
	}
	for _, l := range p.byID {
		if Block(l.credentials.Peer) == block {
			n++
		}
	}
	return n >= most
}

func (p *pending) take(id Digest) *pendingLogin {
	p.mu.Lock()
	defer p.mu.Unlock()
	found := p.byID[id]
	delete(p.byID, id)
	return found
}

// drain takes everything out.
func (p *pending) drain() []*pendingLogin {
	p.mu.Lock()
	defer p.mu.Unlock()
	var all []*pendingLogin
	for id, l := range p.byID {
		all = append(all, l)
		delete(p.byID, id)
	}
	return all
}

// Continue goes on with a login that asked for more. A nonce is good for one attempt,
// from the address that the login came from. Errors: those of Login, *More again.
func (m *Manager) Continue(ctx context.Context, nonce Secret, answers []Password, from Credentials) (Grant, error) {
	p := m.pending.take(nonce.Digest())
	if p == nil {
		return Grant{}, &Refusal{Reason: ReasonAnswer}
	}
	p.stop()
	if p.credentials.Peer != from.Peer || len(answers) != len(p.Prompts) {
		m.giveUp(p.challenged, &p.credentials, p.terms.Origin)
		return Grant{}, m.refuse(ctx, &p.credentials, p.terms.Origin, &Refusal{Reason: ReasonAnswer})
	}
	a, err := p.Challenge.Continue(ctx, answers)
	a, err = m.decide(ctx, &p.credentials, p.terms.Origin, p.attempt, a, err)
	return m.finish(ctx, a, err, p.credentials, p.terms, p.before)
}

// finish turns the outcome of a proof into a session, a question or a refusal.
func (m *Manager) finish(ctx context.Context, a account.Account, err error, c Credentials, t Terms, before accountsState) (Grant, error) {
	if question, ok := errors.AsType[*challenged](err); ok && !t.Converse {
		m.giveUp(question, &c, t.Origin)
		err = &Refusal{Reason: ReasonAnswer}
	} else if ok {
		err = m.ask(ctx, question, c, t, before)
		if more, asked := errors.AsType[*More](err); asked {
			return Grant{}, more
		}
	}
	if err != nil {
		return Grant{}, m.refuse(ctx, &c, t.Origin, err)
	}
	g, err := m.open(ctx, a, c, t, before)
	if err != nil {
		return Grant{}, m.refuse(ctx, &c, t.Origin, err)
	}
	if err := m.recordLogin(&c, t, &g.Session); err != nil {
		m.abandon(g.Session.id)
		return Grant{}, err
	}
	return g, nil
}
