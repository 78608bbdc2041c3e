package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"strconv"
	"strings"
)

// goBenchmarks runs those of the Go benchmarks that have goals, and the test that
// counts statements.
func (b *bench) goBenchmarks(ctx context.Context) error {
	b.say("\nGo benchmarks, the best of several runs")
	codec, err := b.goTest(ctx, "./server/xmlrpc", "Answer|EncodingXML")
	if err != nil {
		return err
	}
	dispatch, err := b.goTest(ctx, "./methods", "Dispatch")
	if err != nil {
		return err
	}
	table, err := b.goTest(ctx, "./session", "Check/|Million")
	if err != nil {
		return err
	}
	nanoseconds := func(number, figure string, goal, found float64) {
		b.add(number, figure, fmt.Sprintf("<= %.0f ns", goal), fmt.Sprintf("%.0f ns", found), found > 0 && found <= goal)
	}
	nanoseconds("12", "small call: parse, look up, bind, run, encode", 500, codec["Answer/add ns/op"])
	best := func(found map[string]float64, name, by string) ratio {
		r := found[name+" ns/op"] / found[by+" ns/op"]
		return ratio{r, r, r}
	}
	b.atMost("12", "the same by encoding/xml Token on the same bytes", 0.10, best(codec, "Answer/add", "EncodingXML/add"))
	b.atMost("11", "1000 structs to Go structs, by encoding/xml Token", 0.10, best(codec, "Answer/request-1000-structs-typed", "EncodingXML/request-1000-structs"))
	b.note("14", "reply of 1000 structs of five members", fmt.Sprintf("%.0f us", codec["Answer/reply-1000-structs ns/op"]/1e3))
	b.atMost("10", "dispatch among 10 000 methods by among 10", 1.01, best(dispatch, "Dispatch/methods=10000/used=1", "Dispatch/methods=10/used=1"))
	b.note("10", "session check among 10^6 by among 10^3 (random, cache misses)", best(table, "Check/sessions=1000000", "Check/sessions=1000").String())
	heap := table["Million B/session"]
	b.add("16", "heap per session at 10^6", "<= 200 B", fmt.Sprintf("%.0f B", heap), heap > 0 && heap <= 200)
	nanoseconds("17", "full garbage collection with 10^6 sessions", 1e6, table["Million ns/op"])

	if err := b.command(ctx, "go", "test", "-count=1", "-run", "TestCallAsksNoDatabase", "./server").Run(); err != nil {
		b.add("18", "database statements per authenticated call", "0", "the test that counts them failed", false)
		return nil
	}
	b.add("18", "database statements per authenticated call", "0", "0", true)
	return nil
}

// goTest runs benchmarks and gives the least value of every metric.
func (b *bench) goTest(ctx context.Context, pkg, pattern string) (map[string]float64, error) {
	count := "5"
	if b.quick {
		count = "3"
	}
	text, err := b.command(ctx, "go", "test", "-run", "^$", "-bench", pattern, "-benchtime", "200ms", "-count", count, "-cpu", "1", pkg).Output()
	if err != nil {
		if exit, ok := errors.AsType[*exec.ExitError](err); ok {
			text = append(text, exit.Stderr...)
		}
		return nil, fmt.Errorf("go test %s: %w\n%s", pkg, err, text)
	}
	found := map[string]float64{}
	for text := range strings.Lines(string(text)) {
		name, metrics, ok := strings.Cut(strings.TrimPrefix(text, "Benchmark"), "\t")
		if !ok || !strings.HasPrefix(text, "Benchmark") {
			continue
		}
		name = strings.TrimSpace(name)
		for metric := range strings.SplitSeq(metrics, "\t") {
			value, unit, ok := strings.Cut(strings.TrimSpace(metric), " ")
			v, err := strconv.ParseFloat(value, 64)
			if !ok || err != nil {
				continue
			}
			key := name + " " + unit
			if old, seen := found[key]; !seen || v < old {
				found[key] = v
			}
		}
	}
	return found, nil
}

// command runs without this program's own ties to one CPU's worth of Go.
func (b *bench) command(ctx context.Context, name string, args ...string) *exec.Cmd {
	cmd := exec.CommandContext(ctx, name, args...)
	cmd.Env = append(os.Environ(), "GOMAXPROCS=2")
	return cmd
}
