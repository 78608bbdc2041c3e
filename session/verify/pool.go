package verify

import (
	"context"
	"errors"
	"log/slog"
	"os"
	"sync"
	"time"
)

// Config describes a Pool. Only Command has no default. The tags are names in a
// settings file.
type Config struct {
	Limits

	// Command is the program that calls WorkerMain, and its arguments: usually
	// SelfCommand. It is on show in the process list.
	Command []string `toml:"-"`
	// Env is the whole environment of a worker. The server's is not passed on,
	// it may hold the database password.
	Env []string `toml:"-"`

	// Deadline is for a job, starting the worker included, and in a conversation for
	// each step between two questions; 0 is 10 s.
	Deadline time.Duration `toml:"deadline"`
	MaxUses  int           `toml:"uses"` // jobs before a worker is replaced; 0 is 1000

	// TripAfter is how many jobs in a row may run out of time before the pool refuses
	// jobs with ErrTripped, for TripPause (0 is 30 s); 0 is never.
	TripAfter int           `toml:"trip_after"`
	TripPause time.Duration `toml:"trip_pause"`

	Now    func() time.Time `toml:"-"` // for TripPause; nil is time.Now
	Logger *slog.Logger     `toml:"-"` // nil is silent
}

// WithDefaults gives the Config with its numbers filled in.
func (cfg Config) WithDefaults() Config {
	cfg.Limits = cfg.Limits.withDefaults()
	if cfg.Deadline <= 0 {
		cfg.Deadline = 10 * time.Second
	}
	if cfg.MaxUses <= 0 {
		cfg.MaxUses = 1000
	}
	if cfg.TripPause <= 0 {
		cfg.TripPause = 30 * time.Second
	}
	return cfg
}

// Pool is a Runner over worker processes. There are never more than
// Limits.Workers of them; each is started when a job needs it.
type Pool struct {
	cfg     Config
	gate    *gate
	breaker *breaker

	mu      sync.Mutex
	idle    []*worker // the last one used is taken first, so that few are started
	live    map[*worker]struct{}
	killed  bool // Close ran out of patience: start nothing more
	closing bool
	started uint64
	lost    uint64
}

// Stats is what a Pool is doing and has done.
type Stats struct {
	Processes int    // workers that have been started and have not ended
	Running   int    // jobs that hold a worker
	Waiting   int    // jobs in the queue
	Talking   int    // conversations that are open
	Started   uint64 // workers started so far
	Lost      uint64 // workers that died at work, or were killed for lateness
	Tripped   bool   // jobs are refused because too many in a row ran out of time
}

// NewPool returns a Pool without workers yet.
func NewPool(cfg Config) (*Pool, error) {
	if len(cfg.Command) == 0 {
		return nil, errors.New("verify: a pool needs the command of its workers")
	}
	cfg = cfg.WithDefaults()
	if cfg.Logger == nil {
		cfg.Logger = slog.New(slog.DiscardHandler)
	}
	if cfg.Now == nil {
		cfg.Now = time.Now
	}
	return &Pool{
		cfg: cfg, gate: newGate(cfg.Limits), live: make(map[*worker]struct{}),
		breaker: &breaker{after: cfg.TripAfter, pause: cfg.TripPause, now: cfg.Now},
	}, nil
}

// Run implements Runner.
func (p *Pool) Run(ctx context.Context, job Job) ([]byte, error) {
	turn, err := p.start(ctx, job, false)
	return turn.Answer, err
}

// Converse implements Talker.
func (p *Pool) Converse(ctx context.Context, job Job) (Turn, error) {
	return p.start(ctx, job, true)
}

func (p *Pool) start(ctx context.Context, job Job, open bool) (Turn, error) {
	if p.breaker.refuses() && !p.gate.isClosed() {
		clear(job.Payload)
		return Turn{}, ErrTripped
	}
	return newTalk(p.gate, open).start(ctx, job, p.work)
}

// work holds a permit. It returns, and so frees the permit, when the worker is
// idle again or has been reaped: that bounds the processes, not only the jobs.
func (p *Pool) work(job Job, t *talk) {
	defer clear(job.Payload)
	admitted, ok := p.breaker.enter()
	if !ok {
		t.finish(nil, ErrTripped)
		return
	}
	deadline := time.Now().Add(p.cfg.Deadline)
	w, err := p.take()
	if err != nil {
		p.breaker.leave(admitted, false)
		t.finish(nil, err)
		return
	}
	answer, state, err := w.exchange(job, t, deadline, p.cfg.Deadline)
	late := errors.Is(err, os.ErrDeadlineExceeded)
	if late {
		err = ErrDeadline
	}
	if p.breaker.leave(admitted, late) {
		p.cfg.Logger.Error("password workers ran out of time again and again, none is started for a while",
			"times", p.cfg.TripAfter, "pause", p.cfg.TripPause)
	}
	t.finish(answer, err)
	p.settle(w, state, err)
}

// take returns an idle worker, or a new one.
func (p *Pool) take() (*worker, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.killed {
		return nil, ErrClosed
	}
	for n := len(p.idle); n > 0; n = len(p.idle) {
		w := p.idle[n-1]
		p.idle = p.idle[:n-1]
		if w.alive() {
			return w, nil
		}
		w.hangUp()
	}
	w, err := startWorker(p.cfg, p.forget)
	if err != nil {
		p.cfg.Logger.Error("password worker did not start", "error", err)
		return nil, errStart
	}
	p.live[w] = struct{}{}
	p.started++
	return w, nil
}

// settle puts w back, retires it, or kills it.
func (p *Pool) settle(w *worker, state workerState, err error) {
	if state == workerBroken {
		p.cfg.Logger.Warn("password worker is replaced", "pid", w.pid(), "error", err)
		w.hangUp()
		w.kill()
		<-w.ended
		p.mu.Lock()
		p.lost++
		p.mu.Unlock()
		return
	}
	p.mu.Lock()
	keep := w.uses < p.cfg.MaxUses && !p.closing
	if keep {
		p.idle = append(p.idle, w)
	}
	p.mu.Unlock()
	if !keep {
		w.retire()
	}
}

// forget is called when w has been reaped.
func (p *Pool) forget(w *worker) {
	p.mu.Lock()
	defer p.mu.Unlock()
	delete(p.live, w)
}

// Crowded tells that the workers are at least two jobs each behind.
func (p *Pool) Crowded() bool { return p.gate.waiting.Load() >= 2*int64(p.gate.limits.Workers) }

// Stats returns a snapshot.
func (p *Pool) Stats() Stats {
	p.mu.Lock()
	defer p.mu.Unlock()
	return Stats{
		Processes: len(p.live),
		Running:   p.gate.running(),
		Waiting:   int(p.gate.waiting.Load()),
		Talking:   len(p.gate.talks),
		Started:   p.started,
		Lost:      p.lost,
		Tripped:   p.breaker.refuses(),
	}
}
