package audit

import (
	"errors"
	"fmt"
)

// ErrUnrecorded: the log could not be written, so nothing was changed.
var ErrUnrecorded = errors.New("nothing was changed: it cannot be recorded")

// ErrUncorrected: events stand in the log as done, what they are about failed, and the log
// could not be told.
var ErrUncorrected = errors.New("the audit log says that it was done, and it was not")

// Change records events as done and then does what they are about: where a record is
// required, nothing happens without one. Should do fail, a second line for each event
// says what has become of it, as told by became. Errors: ErrUnrecorded, and do was not
// called; those of do; ErrUncorrected instead of them, if a second line is missing.
func Change(log Log, events []Event, became func(error) Outcome, do func() error) error {
	for i, e := range events {
		e.Outcome = OK
		if err := log.Record(e); err != nil {
			return errors.Join(fmt.Errorf("%w: %w", ErrUnrecorded, err), correct(log, events[:i], Refused))
		}
	}
	err := do()
	if err == nil {
		return nil
	}
	if uncorrected := correct(log, events, became(err)); uncorrected != nil {
		return fmt.Errorf("%w: %w; it failed because %v", ErrUncorrected, uncorrected, err)
	}
	return err
}

// correct records what has really become of events that stand there as done.
func correct(log Log, events []Event, outcome Outcome) error {
	var faults []error
	for _, e := range events {
		e.Outcome = outcome
		faults = append(faults, log.Record(e))
	}
	return errors.Join(faults...)
}

// Made records e about something new that could not be named before it was there, and
// takes it back if that fails. Errors: ErrUnrecorded, and it is gone; others if it may
// still be there.
func Made(log Log, e Event, takeBack func() error) error {
	e.Outcome = OK
	err := log.Record(e)
	if err == nil {
		return nil
	}
	if failed := takeBack(); failed != nil {
		return errors.Join(err, fmt.Errorf("what was made could not be taken back: %w", failed))
	}
	return fmt.Errorf("%w: %w", ErrUnrecorded, err)
}
