package audit_test

import (
	"fmt"
	"io"
	"path/filepath"
	"testing"

	"countersign/session/audit"
)

// BenchmarkRecord is the cost of one refused right.
func BenchmarkRecord(b *testing.B) {
	e := everything
	e.Outcome = audit.Refused
	run := func(name string, log audit.Log) {
		b.Run(name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				must(b, log.Record(e))
			}
		})
		b.Run(name+"/parallel", func(b *testing.B) {
			b.RunParallel(func(pb *testing.PB) {
				for pb.Next() {
					if err := log.Record(e); err != nil {
						b.Error(err)
						return
					}
				}
			})
		})
	}
	run("format", audit.NewWriter(io.Discard, audit.Options{Now: atNoon}))
	for _, sync := range []bool{false, true} {
		log := open(b, filepath.Join(b.TempDir(), "audit.log"), audit.FileOptions{Options: audit.Options{Now: atNoon}, Sync: sync})
		run(fmt.Sprintf("file/sync=%t", sync), log)
		must(b, log.Close())
	}
}
