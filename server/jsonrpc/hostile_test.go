package jsonrpc

import (
	"fmt"
	"math"
	"strings"
	"testing"
	"time"

	"countersign/methods"
	"countersign/server/wire"
	"countersign/server/wire/wiretest"
)

const mebibyte = 1 << 20

// hostile are documents that are dear to careless readers.
func hostile() map[string]string {
	many := func(n int, member string) string {
		var b strings.Builder
		for i := range n {
			fmt.Fprintf(&b, member, i)
		}
		return strings.TrimSuffix(b.String(), ",")
	}
	return map[string]string{
		"a mebibyte of {},":          "[" + strings.Repeat("{},", mebibyte/3) + "{}]",
		"a mebibyte of [":            strings.Repeat("[", mebibyte),
		"a mebibyte of {\"a\":":      strings.Repeat(`{"a":`, mebibyte/5),
		"a mebibyte of ,":            "[" + strings.Repeat(",", mebibyte),
		"a mebibyte of blanks":       strings.Repeat(" ", mebibyte),
		"a mebibyte of digits":       callOf(strings.Repeat("9", mebibyte)),
		"a mebibyte of quotes":       callOf(strings.Repeat(`""`, mebibyte/2)),
		"a mebibyte of backslashes":  callOf(`"` + strings.Repeat(`\\`, mebibyte/2)),
		"a mebibyte of pairs":        callOf(`"` + strings.Repeat(`\ud83d\ude00`, mebibyte/12) + `"`),
		"half surrogates":            callOf(`"` + strings.Repeat(`\ud83d`, mebibyte/6) + `"`),
		"an id of a mebibyte":        `{"method":"m","id":"` + strings.Repeat("<", mebibyte) + `"}`,
		"a method of a mebibyte":     `{"jsonrpc":"2.0","id":1,"method":"` + strings.Repeat("m", mebibyte) + `"}`,
		"100000 members":             callOf("{" + many(100_000, `"m%d":0,`) + "}"),
		"49000 members":              callOf("{" + many(49_000, `"m%d":0,`) + "}"),
		"49000 members with escapes": callOf("{" + many(49_000, `"\u006d%d":0,`) + "}"),
		"49000 long names alike":     callOf("{" + many(49_000, `"aaaaaaaaaaaaaaaa%06daaaaaaaaaaaaaaaa":0,`) + "}"),
		"members of the envelope":    "{" + many(49_000, `"m%d":0,`) + "}",
		"objects of thirteen":        callOf(strings.TrimSuffix(strings.Repeat("{"+manyMembers(13)+"},", 3500), ",")),
		"large, then small objects":  callOf("{" + many(20_000, `"m%d":0,`) + "}" + strings.Repeat(",{"+manyMembers(13)+"}", 1900)),
		"objects in depth":           callOf(strings.TrimSuffix(strings.Repeat(strings.Repeat(`{"a":`, 31)+"{}"+strings.Repeat("}", 31)+",", 1000), ",")),
		"a batch of 1":               "[" + strings.Repeat("1,", 99) + "1]",
		"a batch of mebibyte ids":    inBatch(100, `{"jsonrpc":"2.0","method":"m!","id":"`+strings.Repeat("<", mebibyte/100)+`"}`),
	}
}

// TestHostile: each costs no more than its size is worth, in time and in answer.
func TestHostile(t *testing.T) {
	for why, body := range hostile() {
		t.Run(why, func(t *testing.T) {
			core := newCore()
			start := time.Now()
			reply := post(t, core, wire.Style{}, body)
			if took := time.Since(start); took > patience {
				t.Errorf("took %v", took)
			}
			if len(reply.Body) > 6*len(body)+10_000 {
				t.Errorf("%d bytes of answer", len(reply.Body))
			}
			if v, err := oracle(string(reply.Body)); err != nil || v.IsNil() {
				t.Errorf("the answer is not JSON: %v", err)
			}
		})
	}
}

// TestHostileMemory: what reading takes is in proportion to what came.
func TestHostileMemory(t *testing.T) {
	for why, body := range hostile() {
		exchanges.New().(*exchange).release() // not the one that grew before
		before := wiretest.Allocated()
		post(t, newCore(), wire.Style{}, body)
		// Most of it is the answer, as it grows.
		if took := wiretest.Allocated() - before; took > uint64(16*mebibyte+16*len(body)) {
			t.Errorf("%s: %d MiB for %d bytes", why, took/mebibyte, len(body))
		}
	}
}

// patience is what a busy machine may take for some milliseconds of work. What is
// quadratic in the size of these tests takes minutes.
const patience = 20 * time.Second

// TestManyMembersIn: beyond what the limits let in, so that it shows.
func TestManyMembersIn(t *testing.T) {
	limits := wire.DefaultLimits()
	limits.Elements = 2_000_000
	body := callOf("{" + manyMembers(400_000) + "}")
	start := time.Now()
	var tape tape
	if err := tape.scan(body, limits, envelopeDepth); err != nil || time.Since(start) > patience {
		t.Errorf("%v, %v", err, time.Since(start))
	}
}

// TestManyMembersOut: a large struct leaves in a time that grows with its size.
func TestManyMembersOut(t *testing.T) {
	members := make([]methods.Member, 400_000)
	for i := range members {
		members[i] = methods.M(fmt.Sprint("m", i), methods.Int(int64(i)))
	}
	for _, last := range []string{"other", "m7"} {
		members[len(members)-1].Name = last
		start := time.Now()
		e := encoder{most: math.MaxInt}
		if e.value(nil, methods.Struct(members...)); e.err != nil || time.Since(start) > patience {
			t.Errorf("%v, %v", e.err, time.Since(start))
		}
	}
}
