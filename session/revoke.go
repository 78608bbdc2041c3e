package session

import (
	"context"
	"errors"
	"fmt"
	"net/netip"
	"slices"
	"time"

	"countersign/session/account"
	"countersign/session/audit"
)

// deletion is one session to end; found is set by the write.
type deletion struct {
	id    Digest
	found bool
}

func (m *Manager) writeDeletions(ctx context.Context, items []*deletion) error {
	ids := make([]Digest, len(items))
	for i, d := range items {
		ids[i] = d.id
	}
	ended, err := m.cfg.Sessions.Delete(ctx, ids)
	if err != nil {
		return err
	}
	for _, id := range append(ended, ids...) { // children are among the ended
		m.table.remove(id)
	}
	for _, d := range items {
		d.found = slices.Contains(ended, d.id)
	}
	return nil
}

// By says who asks for an end, for the audit.
type By struct {
	Actor  audit.Name // zero if it is the session's own account
	Peer   netip.Addr
	Origin Origin
}

// Logout ends the session that the pair proves; it is dead, durably, when Logout
// returns. who is nil if there was none: a second logout is no error. Errors:
// ErrUnavailable, also if it cannot be recorded, and nothing was ended;
// ErrOutcomeUnknown.
func (m *Manager) Logout(ctx context.Context, p Pair, by By) (who *Session, err error) {
	s, err := m.Check(ctx, p)
	if errors.Is(err, ErrInvalid) {
		return nil, nil
	} else if err != nil {
		return nil, err
	}
	switch err := m.end(ctx, &s, by); {
	case errors.Is(err, ErrNotFound):
		return nil, nil
	case err != nil:
		return nil, err
	}
	return &s, nil
}

// End ends a session that was checked just now. Errors: ErrUnavailable if it cannot be
// recorded, and it lives on; ErrOutcomeUnknown.
func (m *Manager) End(ctx context.Context, s *Session, by By) error {
	if err := m.end(ctx, s, by); !errors.Is(err, ErrNotFound) { // it ended meanwhile
		return err
	}
	return nil
}

// end is End with ErrNotFound for a session that ended meanwhile.
func (m *Manager) end(ctx context.Context, s *Session, by By) error {
	return m.change(ending(audit.Logout, s, by), func() error {
		d := &deletion{id: s.id}
		switch err := m.deletes.do(ctx, d, nil); {
		case err != nil:
			return fmt.Errorf("%w: %w", ErrOutcomeUnknown, err)
		case !d.found:
			return ErrNotFound
		}
		return nil
	})
}

// Withdraw ends a session whose secrets are not handed out after all. It ends without a
// record too: nobody must have it (requirements SES-15).
func (m *Manager) Withdraw(s *Session, by By) {
	e := ending(audit.SessionEnd, s, by)
	e.Outcome = audit.OK
	if !m.abandon(s.id) {
		e.Outcome = audit.Unknown
	}
	if err := m.record(e); err != nil {
		m.cfg.Log.Error("the end of an undelivered session is not in the audit", "err", err)
	}
}

// abandonLate ends a session that was stored after its client had stopped waiting.
func (m *Manager) abandonLate(id Digest) func(error) {
	return func(err error) {
		if err == nil {
			m.abandon(id)
		}
	}
}

// abandon ends a session whose secrets nobody received, and tells whether it is gone; the
// log has the reason if not.
func (m *Manager) abandon(id Digest) (gone bool) {
	ctx, cancel := context.WithTimeout(context.Background(), writeTimeout)
	defer cancel()
	if err := m.deletes.do(ctx, &deletion{id: id}, nil); err != nil {
		m.cfg.Log.Error("an undelivered session could not be ended", "err", err)
		return false
	}
	return true
}

// Revoke ends the session with the public id. Errors: ErrNotFound; ErrUnavailable if it
// cannot be recorded, and the session lives on; ErrOutcomeUnknown.
func (m *Manager) Revoke(ctx context.Context, public PublicID, by By) error {
	err := m.change(ending(audit.SessionEnd, &Session{Public: public}, by), func() error {
		return m.cfg.Sessions.DeletePublic(ctx, public)
	})
	return m.afterRevocation(ctx, err)
}

// RevokeAccount ends all sessions of an account but keep, which may be nil, and tells
// how many there were. Errors: ErrUnavailable if it cannot be recorded, and they live
// on; ErrOutcomeUnknown.
func (m *Manager) RevokeAccount(ctx context.Context, accountID string, keep *Session, by By) (n int, err error) {
	if keep == nil {
		keep = &Session{}
	}
	who := &Session{}
	if who.Identity, err = m.Identity(ctx, accountID); err != nil && !errors.Is(err, account.ErrNotFound) {
		return 0, fmt.Errorf("%w: %w", ErrUnavailable, err)
	}
	live, err := m.List(ctx, accountID)
	if err != nil {
		return 0, err
	}
	e := ending(audit.SessionEnd, who, by)
	for _, s := range live {
		if s.Public != keep.Public {
			e.Count++
		}
	}
	err = m.change(e, func() error {
		n, err = m.cfg.Sessions.DeleteAccount(ctx, accountID, keep.id)
		return err
	})
	return n, m.afterRevocation(ctx, err)
}

// afterRevocation brings the memory of this process up to date before the caller is
// told of success.
func (m *Manager) afterRevocation(ctx context.Context, err error) error {
	switch {
	case errors.Is(err, ErrNotFound), errors.Is(err, audit.ErrUnrecorded):
		return err
	case err == nil:
		err = m.CatchUp(ctx)
	}
	if err != nil {
		return fmt.Errorf("%w: %w", ErrOutcomeUnknown, err)
	}
	return nil
}

// Info is a session as lists show it: nothing in it opens anything.
type Info struct {
	Public                PublicID
	Account               string
	Server, ReadOnly      bool
	Child                 bool
	Scope                 string // permissions with blanks between; "" for everything
	Created, Seen, End    time.Time
	IdleEnds              time.Time // zero without an idle limit
	Peer, Agent, Endpoint string
}

// List gives the live sessions of an account, or everybody's for "", newest first.
func (m *Manager) List(ctx context.Context, accountID string) ([]Info, error) {
	if err := m.flush(ctx); err != nil {
		return nil, err
	}
	records, err := m.cfg.Sessions.List(ctx, accountID, 0)
	if err != nil {
		return nil, fmt.Errorf("%w: %w", ErrUnavailable, err)
	}
	now := m.cfg.Now()
	infos := make([]Info, 0, len(records))
	for i := range records {
		if !records[i].Expired(now) {
			infos = append(infos, records[i].Info())
		}
	}
	return infos, nil
}

// Info gives the part of the record that may be shown.
func (r *Record) Info() Info {
	i := Info{
		Public: r.Public, Account: r.Account, Server: r.Server, ReadOnly: r.ReadOnly,
		Child: r.Parent != (Digest{}), Scope: r.Scope,
		Created: r.Created, Seen: r.Seen, End: r.End,
		Peer: r.Peer, Agent: r.Agent, Endpoint: r.Endpoint,
	}
	if r.Idle > 0 {
		i.IdleEnds = r.Seen.Add(r.Idle)
	}
	return i
}
