package main

import (
	"cmp"
	"math"
	"slices"
)

// separation tells how well one threshold tells two samples apart: the area under the
// curve that all thresholds draw, which is the chance that a value of the one is above
// a value of the other (Mann-Whitney, ties count half), or below if that is more. 0.5
// is not at all, 1 is always. Chance is how much above 0.5 samples of these sizes come
// in one of twenty cases when there is no difference at all.
func separation[T cmp.Ordered](a, b []T) (auc, chance float64) {
	type value struct {
		v     T
		fromA bool
	}
	all := make([]value, 0, len(a)+len(b))
	for _, v := range a {
		all = append(all, value{v, true})
	}
	for _, v := range b {
		all = append(all, value{v, false})
	}
	slices.SortFunc(all, func(x, y value) int { return cmp.Compare(x.v, y.v) })
	ranks := 0.0 // of a's values, from 1; equal ones share their mean
	for i := 0; i < len(all); {
		end, ofA := i, 0.0
		for ; end < len(all) && all[end].v == all[i].v; end++ {
			if all[end].fromA {
				ofA++
			}
		}
		ranks += ofA * float64(i+1+end) / 2
		i = end
	}
	n, m := float64(len(a)), float64(len(b))
	above := (ranks - n*(n+1)/2) / (n * m)
	return max(above, 1-above), 1.96 * math.Sqrt((n+m+1)/(12*n*m))
}
