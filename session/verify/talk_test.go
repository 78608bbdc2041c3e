package verify

import (
	"context"
	"errors"
	"io"
	"net"
	"testing"
	"testing/synctest"
	"time"
)

// converse starts a conversation of kind and returns the first turn.
func converse(tb testing.TB, r Talker, kind, payload string) (Turn, error) {
	tb.Helper()
	return r.Converse(context.Background(), Job{Kind: kind, Payload: []byte(payload)})
}

// asks fails the test unless turn is a question.
func asks(tb testing.TB, turn Turn, err error) *Question {
	tb.Helper()
	if err != nil || turn.Question == nil {
		tb.Fatalf("%q, %v, want a question", turn.Answer, err)
	}
	return turn.Question
}

func idle(tb testing.TB, p *Pool) {
	tb.Helper()
	eventually(tb, "workers idle", func() bool { s := p.Stats(); return s.Running == 0 && s.Talking == 0 })
}

func TestConversation(t *testing.T) {
	inProcess := NewInProcess(Limits{Workers: 2}, testHandlers())
	defer func() {
		if err := inProcess.Close(context.Background()); err != nil {
			t.Error(err)
		}
	}()
	for name, r := range map[string]Talker{"pool": newPool(t, Config{Limits: Limits{Workers: 2}}), "in process": inProcess} {
		t.Run(name, func(t *testing.T) {
			turn, err := converse(t, r, kindTalk, "3")
			for _, text := range []string{"0", "1", "2"} {
				q := asks(t, turn, err)
				if string(q.Payload) != text {
					t.Errorf("question %q, want %q", q.Payload, text)
				}
				reply := []byte("<" + text + ">")
				turn, err = q.Reply(t.Context(), reply)
				if again, err := q.Reply(t.Context(), nil); !errors.Is(err, ErrReply) {
					t.Errorf("second reply: %+v, %v", again, err)
				}
				q.Withdraw() // after a reply it does nothing
			}
			if string(turn.Answer) != "<0><1><2>" || err != nil || turn.Question != nil {
				t.Errorf("%q, %v", turn.Answer, err)
			}
			if turn, err := converse(t, r, kindEcho, "nothing asked"); string(turn.Answer) != "nothing asked" || err != nil {
				t.Errorf("%q, %v", turn.Answer, err)
			}
			if got := mustRun(t, r, kindTalk, "3"); got != "no reply" {
				t.Errorf("a job that may not ask: %q", got)
			}
			turn, err = converse(t, r, kindTalk, "1000")
			for range maxQuestions {
				turn, err = asks(t, turn, err).Reply(t.Context(), nil)
			}
			if !errors.Is(err, ErrUnavailable) || turn.Question != nil {
				t.Errorf("a handler without end: %+v, %v", turn, err)
			}
			turn, err = converse(t, r, kindTalk, "1")
			if _, err := asks(t, turn, err).Reply(t.Context(), make([]byte, MaxPayload+1)); !errors.Is(err, ErrReply) {
				t.Errorf("endless reply: %v", err)
			}
		})
	}
}

func TestReplyIsCleared(t *testing.T) {
	p := newPool(t, Config{Limits: Limits{Workers: 2}})
	turn, err := converse(t, p, kindTalk, "1")
	reply := []byte(secretInUse)
	turn, err = asks(t, turn, err).Reply(t.Context(), reply)
	if string(turn.Answer) != secretInUse || err != nil {
		t.Errorf("%q, %v", turn.Answer, err)
	}
	idle(t, p)
	if containsSecret(string(reply)) {
		t.Error("the reply was not cleared")
	}
}

func TestWithdrawnQuestionFreesTheWorker(t *testing.T) {
	p := newPool(t, Config{Limits: Limits{Workers: 2}})
	pid := workerPID(t, p)
	idle(t, p)
	turn, err := converse(t, p, kindTalk, "2")
	q := asks(t, turn, err)
	if s := p.Stats(); s.Talking != 1 || s.Running != 1 {
		t.Errorf("%+v", s)
	}
	q.Withdraw()
	q.Withdraw()
	idle(t, p)
	if _, err := q.Reply(t.Context(), nil); !errors.Is(err, ErrReply) {
		t.Errorf("reply to what was withdrawn: %v", err)
	}
	if again := workerPID(t, p); again != pid {
		t.Errorf("worker %d was replaced by %d", pid, again)
	}
}

func TestCallerWhoLeavesAConversation(t *testing.T) {
	p := newPool(t, Config{Limits: Limits{Workers: 2}, Deadline: time.Second})
	turn, err := converse(t, p, kindStuck, "")
	q := asks(t, turn, err)
	ctx, leave := context.WithCancel(t.Context())
	leave()
	if _, err := q.Reply(ctx, nil); !errors.Is(err, context.Canceled) {
		t.Errorf("%v", err)
	}
	idle(t, p) // by the deadline of the step
	if s := p.Stats(); s.Lost != 1 {
		t.Errorf("%+v", s)
	}
}

func TestReplyThatIsLate(t *testing.T) {
	p := newPool(t, Config{Limits: Limits{Workers: 2, ReplyWait: 20 * time.Millisecond}, TripAfter: 1})
	pid := workerPID(t, p)
	idle(t, p)
	turn, err := converse(t, p, kindTalk, "1")
	q := asks(t, turn, err)
	idle(t, p)
	if !gone(pid) {
		t.Errorf("worker %d goes on", pid)
	}
	if _, err := q.Reply(t.Context(), nil); !errors.Is(err, ErrReply) || errors.Is(err, ErrUnavailable) {
		t.Errorf("%v, want ErrReply", err)
	}
	if s := p.Stats(); s.Tripped {
		t.Error("the slowness of a client has tripped the pool")
	}
}

func TestEachStepHasADeadline(t *testing.T) {
	p := newPool(t, Config{Limits: Limits{Workers: 2}, Deadline: time.Second})
	turn, err := converse(t, p, kindStuck, "")
	if _, err := asks(t, turn, err).Reply(t.Context(), nil); !errors.Is(err, ErrDeadline) {
		t.Errorf("%v, want ErrDeadline", err)
	}
}

func TestWorkerDiesDuringAConversation(t *testing.T) {
	p := newPool(t, Config{Limits: Limits{Workers: 2}})
	turn, err := converse(t, p, kindTalk, "1")
	q := asks(t, turn, err)
	p.killAll()
	p.mu.Lock()
	p.killed = false // only the worker was meant
	p.mu.Unlock()
	idle(t, p)
	if _, err := q.Reply(t.Context(), nil); !errors.Is(err, ErrUnavailable) {
		t.Errorf("%v, want ErrUnavailable", err)
	}
}

func TestConversationsLeaveWorkersForOthers(t *testing.T) {
	p := newPool(t, Config{Limits: Limits{Workers: 3, Conversations: 7}})
	var open []*Question
	for range 2 {
		turn, err := converse(t, p, kindTalk, "1")
		open = append(open, asks(t, turn, err))
	}
	if _, err := converse(t, p, kindTalk, "1"); !errors.Is(err, ErrBusy) {
		t.Errorf("third conversation: %v, want ErrBusy", err)
	}
	mustRun(t, p, kindEcho, "")
	if turn, err := open[0].Reply(t.Context(), []byte("yes")); string(turn.Answer) != "yes" || err != nil {
		t.Errorf("%q, %v", turn.Answer, err)
	}
	eventually(t, "one place", func() bool { return p.Stats().Talking == 1 })
	turn, err := converse(t, p, kindTalk, "1")
	asks(t, turn, err).Withdraw()
	open[1].Withdraw()
}

func TestOneWorkerHoldsNoConversation(t *testing.T) {
	p := newPool(t, Config{Limits: Limits{Workers: 1}})
	if _, err := converse(t, p, kindTalk, "1"); !errors.Is(err, ErrBusy) {
		t.Errorf("%v, want ErrBusy", err)
	}
}

func TestCloseEndsConversations(t *testing.T) {
	p := newPool(t, Config{Limits: Limits{Workers: 2}})
	turn, err := converse(t, p, kindTalk, "1")
	q := asks(t, turn, err)
	if err := p.Close(t.Context()); err != nil {
		t.Fatal(err)
	}
	if _, err := q.Reply(t.Context(), nil); !errors.Is(err, ErrClosed) {
		t.Errorf("%v, want ErrClosed", err)
	}
}

func TestReplyWaitIsExact(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p := NewInProcess(Limits{Workers: 2}, Handlers{"talk": talkative})
		start := time.Now()
		turn, err := converse(t, p, "talk", "1")
		q := asks(t, turn, err)
		for p.gate.running() != 0 {
			time.Sleep(time.Second)
			synctest.Wait()
		}
		if waited := time.Since(start); waited != time.Minute {
			t.Errorf("the handler was released after %v", waited)
		}
		if _, err := q.Reply(t.Context(), nil); !errors.Is(err, ErrReply) {
			t.Error(err)
		}
		if err := p.Close(t.Context()); err != nil {
			t.Error(err)
		}
	})
}

func TestServeRefusesASecondReply(t *testing.T) {
	ours, theirs := net.Pipe()
	defer ours.Close()
	defer theirs.Close()
	done := make(chan error, 1)
	go func() { done <- Serve(theirs, Handlers{}, io.Discard) }()
	for range 2 {
		if err := writeFrame(ours, frame{typ: frameReply}); err != nil {
			t.Fatal(err)
		}
	}
	if err := <-done; !errors.Is(err, errFrame) {
		t.Error(err)
	}
}
