package session

import (
	"context"
	"fmt"
)

// DefaultPerAccount is how many sessions an account may have (requirements SES-10).
const DefaultPerAccount = 100

// ReasonCap: the account has as many sessions as it may.
const ReasonCap = "too many sessions"

// enforceCap ends the account's oldest sessions over the bound, or refuses the new
// one, which is stored already.
func (m *Manager) enforceCap(ctx context.Context, accountID string) error {
	most := m.cfg.PerAccount
	if most <= 0 {
		return nil
	}
	over, err := m.cfg.Sessions.Beyond(ctx, accountID, most, m.cfg.Now())
	if err != nil {
		return fmt.Errorf("%w: %w", ErrUnavailable, err)
	}
	if len(over) == 0 {
		return nil
	}
	if m.cfg.RefuseOverCap {
		return &Refusal{Reason: ReasonCap}
	}
	for _, id := range over {
		if err := m.deletes.do(ctx, &deletion{id: id}, nil); err != nil {
			return fmt.Errorf("%w: %w", ErrOutcomeUnknown, err)
		}
	}
	return nil
}
