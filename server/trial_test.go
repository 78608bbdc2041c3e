package server_test

import (
	"context"
	"errors"
	"math"
	"strings"
	"sync"

	"countersign/methods"
)

// trial is a module that misbehaves on demand.
type trial struct {
	entered chan struct{} // gets one for each call of gate that has begun
	open    chan struct{} // lets calls of gate end, when closed
	once    sync.Once
}

func newTrial() *trial {
	return &trial{entered: make(chan struct{}, 64), open: make(chan struct{})}
}

func (m *trial) release() { m.once.Do(func() { close(m.open) }) }

type textArg struct {
	Text string `rpc:"text" help:"a text"`
}

type numberArg struct {
	Number int `rpc:"number" help:"a number"`
}

// internals is what no answer may show.
const internals = "pq: connection to 10.1.2.3:5432 refused"

func (m *trial) module() methods.Module {
	public := methods.Public()
	nan := func(context.Context, *methods.Call) (methods.Value, error) {
		return methods.Array(methods.Double(math.NaN())), nil
	}
	return methods.Module{
		Name: "trial", Help: "Misbehaves on demand.", Run: public,
		Methods: []methods.Method{
			methods.New("panic", "Panics with its argument.", public, m.panics),
			methods.New("index", "Looks outside a slice.", public, m.index),
			methods.New("hang", "Waits until its time is up.", public, m.hang),
			methods.New("gate", "Waits to be let out.", public, m.gate),
			methods.New("broken", "Fails with an error of its own.", public, m.broken),
			methods.New("kind", "Fails with an error of a kind.", public, m.kind),
			methods.New("big", "Gives a text of so many bytes.", public, m.big),
			methods.New("echo", "Gives a text back.", public, m.echo),
			methods.Raw("nan", "Gives what cannot be sent.", public, nil, nan),
		},
	}
}

func (*trial) panics(_ context.Context, _ *methods.Call, in textArg) (string, error) {
	panic("cannot handle " + in.Text)
}

func (*trial) index(_ context.Context, _ *methods.Call, in numberArg) (string, error) {
	return []string{"only"}[in.Number], nil
}

func (*trial) hang(ctx context.Context, _ *methods.Call, _ struct{}) (string, error) {
	<-ctx.Done()
	return "", ctx.Err()
}

func (m *trial) gate(ctx context.Context, _ *methods.Call, _ struct{}) (string, error) {
	m.entered <- struct{}{}
	select {
	case <-m.open:
		return "out", nil
	case <-ctx.Done():
		return "", ctx.Err()
	}
}

func (*trial) broken(context.Context, *methods.Call, struct{}) (string, error) {
	return "", errors.New(internals)
}

func (*trial) kind(_ context.Context, _ *methods.Call, in numberArg) (string, error) {
	return "", methods.Wrap(methods.Kind(in.Number), errors.New(internals), "public text")
}

func (*trial) big(_ context.Context, _ *methods.Call, in numberArg) (string, error) {
	return strings.Repeat("x", in.Number), nil
}

func (*trial) echo(_ context.Context, _ *methods.Call, in textArg) (string, error) {
	return in.Text, nil
}
