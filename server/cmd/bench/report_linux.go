package main

import (
	"fmt"
	"io"
	"strings"
)

// report gathers the rows of the table that ends the run.
type report struct {
	out  io.Writer
	rows []row
}

// row is one figure beside its goal. Numbers are those of the project's table of
// performance goals.
type row struct{ number, figure, goal, found, verdict string }

func (r *report) say(format string, args ...any) { fmt.Fprintf(r.out, format+"\n", args...) }

// atLeast and atMost add a figure with a goal.
func (r *report) atLeast(number, figure string, goal float64, found ratio) {
	r.add(number, figure, fmt.Sprintf(">= %.2f", goal), found.String(), found.median >= goal)
}

func (r *report) atMost(number, figure string, goal float64, found ratio) {
	r.add(number, figure, fmt.Sprintf("<= %.2f", goal), found.String(), found.median <= goal)
}

func (r *report) add(number, figure, goal, found string, met bool) {
	verdict := "missed"
	if met {
		verdict = "met"
	}
	r.rows = append(r.rows, row{number, figure, goal, found, verdict})
}

// note adds a figure without a goal.
func (r *report) note(number, figure, found string) {
	r.rows = append(r.rows, row{number, figure, "", found, ""})
}

func (r *report) table() {
	r.say("\n| # | figure | goal | median (least-most) | |\n|---|---|---|---|---|")
	for _, row := range r.rows {
		r.say("| %s |", strings.Join([]string{row.number, row.figure, row.goal, row.found, row.verdict}, " | "))
	}
}
