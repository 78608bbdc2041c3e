package apikey

import (
	"context"
	"io"
	"time"

	"countersign/session"
)

// NewText draws a text.
func NewText(random io.Reader) (Text, error) { return newText(random) }

// Create is Draft and Store in one.
func (m *Manager) Create(ctx context.Context, accountID string, o Options) (Text, Key, error) {
	d, err := m.Draft(accountID, o)
	return m.storeNow(ctx, &d, err)
}

// Rotate is DraftRotation and Store in one.
func (m *Manager) Rotate(ctx context.Context, id session.PublicID, overlap time.Duration) (Text, Key, error) {
	d, err := m.DraftRotation(ctx, id, overlap)
	return m.storeNow(ctx, &d, err)
}

func (m *Manager) storeNow(ctx context.Context, d *Draft, err error) (Text, Key, error) {
	if err == nil {
		err = m.Store(ctx, d)
	}
	if err != nil {
		return Text{}, Key{}, err
	}
	return d.Text, d.Key, nil
}
