package pieces

import "testing"

// TestCut: what is cut is all there, of the length asked for, and nobody else's.
func TestCut(t *testing.T) {
	var piece []int
	var all [][]int
	for i, n := range []int{0, 3, 2, 0, 300, 1, least - 1, 1} {
		cut := Cut(&piece, n)
		if len(cut) != n || cap(cut) != n {
			t.Fatalf("cut %d: %d elements with room for %d, want %d", i, len(cut), cap(cut), n)
		}
		for j := range cut {
			if cut[j] != 0 {
				t.Fatalf("cut %d: element %d is another's", i, j)
			}
			cut[j] = i + 1
		}
		all = append(all, append(cut, -1)[:n])
	}
	for i, cut := range all {
		for j := range cut {
			if cut[j] != i+1 {
				t.Errorf("cut %d: element %d became %d", i, j, cut[j])
			}
		}
	}
}

// TestAllocations: one for a small request, a few for a large one.
func TestAllocations(t *testing.T) {
	for _, c := range []struct{ cuts, most int }{{1, 1}, {1000, 21}} {
		got := testing.AllocsPerRun(10, func() {
			var piece []int
			for range c.cuts {
				Cut(&piece, 5)
			}
		})
		if int(got) > c.most {
			t.Errorf("%d cuts made %v allocations, want %d at most", c.cuts, got, c.most)
		}
	}
}
