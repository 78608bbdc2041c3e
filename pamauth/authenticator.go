package pamauth

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"countersign/session"
	"countersign/session/account"
	"countersign/session/verify"
)

var _ session.Authenticator = (*Authenticator)(nil)

// Authenticate implements session.Authenticator.
func (a *Authenticator) Authenticate(ctx context.Context, c session.Credentials) (account.Account, error) {
	if account.CheckName(c.Name) != nil || c.Password == "" || !fit(c.Password) {
		return account.Account{}, refuse(session.ReasonInput)
	}
	start := a.cfg.Now()
	if c.Kind != account.User || c.Login != "" {
		// PAM knows no servers.
		return account.Account{}, a.pace(ctx, start, refuse(session.ReasonUnknown))
	}
	job := request{service: a.cfg.Service, confDir: a.cfg.ConfDir, user: c.Name, password: string(c.Password)}
	if c.Peer.IsValid() {
		job.rhost = c.Peer.Unmap().String()
	}
	turn, err := a.cfg.Runner.Converse(ctx, verify.Job{Kind: kindLogin, Payload: job.encode()})
	found, err := a.next(ctx, turn, err)
	return found, a.pace(ctx, start, err)
}

// fit tells whether PAM can take a password or an answer as it was sent.
func fit(secret session.Password) bool {
	return len(secret) <= maxSecret && strings.IndexByte(string(secret), 0) < 0
}

func refuse(reason string) error { return &session.Refusal{Reason: reason} }

// next turns what a worker said into the results of Authenticate.
func (a *Authenticator) next(ctx context.Context, turn verify.Turn, err error) (account.Account, error) {
	if err != nil {
		return account.Account{}, a.runnerError(err)
	}
	if turn.Question != nil {
		return account.Account{}, a.challenge(turn.Question)
	}
	r, err := decodeResult(turn.Answer)
	switch {
	case err != nil:
		return account.Account{}, fmt.Errorf("%w: %w", session.ErrUnavailable, err)
	case r.outcome == outcomeUnavailable:
		a.cfg.Log.Error("PAM could not decide", "service", a.cfg.Service, "detail", r.detail)
		return account.Account{}, fmt.Errorf("%w: PAM: %s", session.ErrUnavailable, r.detail)
	case r.detail != "":
		a.cfg.Log.Debug("PAM has decided", "service", a.cfg.Service, "detail", r.detail)
	}
	if reason := r.outcome.reason(); reason != "" {
		return account.Account{}, refuse(reason)
	}
	return a.account(ctx, r.user)
}

// challenge passes a question of a module on to the client.
func (a *Authenticator) challenge(q *verify.Question) error {
	prompts, err := decodePrompts(q.Payload)
	if err != nil {
		q.Withdraw()
		return fmt.Errorf("%w: %w", session.ErrUnavailable, err)
	}
	return &session.Challenge{
		Prompts: prompts,
		Cancel:  q.Withdraw,
		Continue: func(ctx context.Context, answers []session.Password) (account.Account, error) {
			start := a.cfg.Now()
			reply, ok := answer(prompts, answers)
			if !ok {
				q.Withdraw()
				return account.Account{}, a.pace(ctx, start, refuse(session.ReasonAnswer))
			}
			turn, err := q.Reply(ctx, reply)
			found, err := a.next(ctx, turn, err)
			return found, a.pace(ctx, start, err)
		},
	}
}

// answer checks and encodes the answers to prompts.
func answer(prompts []session.Prompt, answers []session.Password) ([]byte, bool) {
	if len(answers) != len(prompts) {
		return nil, false
	}
	parts := make([]string, len(answers))
	for i, a := range answers {
		if !fit(a) || prompts[i].Info && a != "" {
			return nil, false
		}
		parts[i] = string(a)
	}
	return pack(parts...), true
}

// pace holds a refusal back until a multiple of Step has passed since start: modules
// take far less time for an unknown name than for a wrong password. No worker is held
// meanwhile. It returns err, or the error of ctx if that ends first.
func (a *Authenticator) pace(ctx context.Context, start time.Time, err error) error {
	if _, refused := errors.AsType[*session.Refusal](err); !refused {
		return err
	}
	step := a.cfg.Step
	timer := time.NewTimer(step - a.cfg.Now().Sub(start)%step)
	defer timer.Stop()
	select {
	case <-timer.C:
		return err
	case <-ctx.Done():
		return ctx.Err()
	}
}

func (a *Authenticator) runnerError(err error) error {
	switch {
	case errors.Is(err, verify.ErrReply):
		return refuse(session.ReasonAnswer)
	case errors.Is(err, verify.ErrJob):
		return fmt.Errorf("%w: the workers cannot use PAM: %w", session.ErrUnavailable, err)
	case errors.Is(err, verify.ErrBusy):
		return fmt.Errorf("%w: %w", session.ErrBusy, err)
	case errors.Is(err, context.Canceled), errors.Is(err, context.DeadlineExceeded):
		return err
	default:
		return fmt.Errorf("%w: %w", session.ErrUnavailable, err)
	}
}
