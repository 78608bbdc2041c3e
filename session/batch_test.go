package session

import (
	"context"
	"slices"
	"sync"
	"testing"
	"testing/synctest"
	"time"
)

// TestBatchCompany: where others are about to come an item waits for one of them, a
// moment at most; elsewhere for nobody.
func TestBatchCompany(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var writes [][]int
		crowded := true
		b := newBatch(10, time.Minute, func(_ context.Context, items []int) error {
			writes = append(writes, items)
			return nil
		})
		b.crowded = func() bool { return crowded }
		var all sync.WaitGroup
		do := func(item int) {
			all.Go(func() {
				if err := b.do(t.Context(), item, nil); err != nil {
					t.Error(err)
				}
			})
			synctest.Wait()
		}
		start := time.Now()
		check := func(what string, after time.Duration, want ...[]int) {
			t.Helper()
			if took := time.Since(start); took != after || !slices.EqualFunc(writes, want, slices.Equal) {
				t.Errorf("%s: %v written after %v, want %v after %v", what, writes, took, want, after)
			}
			writes, start = nil, time.Now()
		}
		do(1)
		check("one of many", 0)
		do(2)
		all.Wait()
		check("two of many", 0, []int{1, 2})
		do(3)
		all.Wait()
		check("one of many that stays alone", company, []int{3})
		crowded = false
		do(4)
		all.Wait()
		check("one of few", 0, []int{4})
		crowded = true
		do(5)
		b.wait()
		all.Wait()
		check("the end", 0, []int{5})
	})
}
