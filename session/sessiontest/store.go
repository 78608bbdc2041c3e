package sessiontest

import (
	"errors"
	"testing"

	"countersign/session"
	"countersign/session/internal/twin"
)

// Backend is a kind of store under test.
type Backend struct {
	// Fresh makes an empty database for the time of the test and gives its address.
	Fresh func(t testing.TB) string
	// Open opens the database at an address for the time of the test. It is called
	// several times on one address, also in another process.
	Open func(t testing.TB, address string) session.Store
}

// Store runs the suite.
func Store(t *testing.T, b Backend) {
	t.Helper()
	if address, ok := twin.Address(); ok {
		serve(t, b.Open(t, address))
		return
	}
	self := t.Name()
	for _, c := range []struct {
		name string
		run  func(t *testing.T, s session.Store)
	}{
		{"InsertGivesBackEveryField", insertGivesBackEveryField},
		{"InsertKeepsTheAddress", insertKeepsTheAddress},
		{"InsertIsAllOrNothing", insertIsAllOrNothing},
		{"InsertRefusesCollisions", insertRefusesCollisions},
		{"InsertTakesAnyText", insertTakesAnyText},
		{"InsertOfMany", insertOfMany},
		{"CancelledCallsFail", cancelledCallsFail},
		{"TouchGoesForwardOnly", touchGoesForwardOnly},
		{"TouchNeverRevives", touchNeverRevives},
		{"TouchOfMany", touchOfMany},
		{"DeleteTellsWhichWereThere", deleteTellsWhichWereThere},
		{"DeletePublic", deletePublic},
		{"DeleteAccount", deleteAccount},
		{"List", list},
		{"SweepAtTheLimits", sweepAtTheLimits},
		{"SweepIsBoundedAndSilent", sweepIsBoundedAndSilent},
		{"SweepTakesChildren", sweepTakesChildren},
		{"ChildrenCounted", childrenCounted},
		{"SweepForgetsOldAnnouncements", sweepForgetsOldAnnouncements},
		{"FeedTellsEndsOnly", feedTellsEndsOnly},
		{"FeedComesInPieces", feedComesInPieces},
		{"FeedTellsWhatIsAnnounced", feedTellsWhatIsAnnounced},
	} {
		t.Run(c.name, func(t *testing.T) { c.run(t, b.Open(t, b.Fresh(t))) })
	}
	for _, c := range []struct {
		name string
		run  func(t *testing.T, one, two session.Store)
	}{
		{"WatchHearsOfOthers", watchHearsOfOthers},
		{"ParallelLives", parallelLives},
		{"ParallelDeletesShareOut", parallelDeletesShareOut},
		{"ParallelTouchAndSweep", parallelTouchAndSweep},
	} {
		t.Run(c.name, func(t *testing.T) {
			address := b.Fresh(t)
			c.run(t, b.Open(t, address), b.Open(t, address))
		})
	}
	t.Run("TwoProcesses", func(t *testing.T) {
		address := b.Fresh(t)
		twoProcesses(t, b.Open(t, address), twin.Start(t, self, address))
	})
}

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func wantErr(t testing.TB, got, want error) {
	t.Helper()
	if !errors.Is(got, want) {
		t.Fatalf("error %v, want %v", got, want)
	}
}
