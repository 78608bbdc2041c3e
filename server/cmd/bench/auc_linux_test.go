package main

import (
	"math"
	"testing"
)

func TestSeparation(t *testing.T) {
	for _, tt := range []struct {
		name string
		a, b []int
		want float64
	}{
		{"always above", []int{5, 6, 7}, []int{1, 2}, 1},
		{"always below", []int{1, 2}, []int{5, 6, 7}, 1},
		{"all equal", []int{3, 3}, []int{3, 3, 3}, 0.5},
		{"interleaved", []int{1, 4}, []int{2, 3}, 0.5},
		{"three pairs of four", []int{2, 4}, []int{1, 3}, 0.75},
		{"a tie is half a pair", []int{2, 3}, []int{1, 2}, 0.875},
	} {
		t.Run(tt.name, func(t *testing.T) {
			if got, _ := separation(tt.a, tt.b); math.Abs(got-tt.want) > 1e-12 {
				t.Errorf("%v, want %v", got, tt.want)
			}
		})
	}
}

// With 2000 and 2000 samples a difference of 0.02 is no chance any more.
func TestSeparationByChance(t *testing.T) {
	if _, chance := separation(make([]int, 2000), make([]int, 2000)); math.Abs(chance-0.0179) > 0.0001 {
		t.Errorf("%v", chance)
	}
}
