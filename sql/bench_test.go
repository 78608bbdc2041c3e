package sql_test

import (
	"fmt"
	"testing"
	"time"

	"countersign/session"
	"countersign/sql"
	"countersign/sql/sqltest"
)

// BenchmarkSessions measures the writes of group commit, on databases that sync:
// ns/session for batches of a size.
func BenchmarkSessions(b *testing.B) {
	for _, open := range []func(testing.TB, ...sql.Option) *sql.DB{sqltest.SQLite, sqltest.DurablePostgres} {
		db := open(b)
		s, ctx := db.Sessions(), b.Context()
		next := 0
		for _, size := range []int{1, 8, 32, 100} {
			steps := map[string]func(from int) error{
				"insert": func(from int) error { return s.Insert(ctx, someRecords(from, from+size)) },
				"touch": func(from int) error {
					var touches []session.Touch
					for _, r := range someRecords(from, from+size) {
						touches = append(touches, session.Touch{ID: r.ID, Seen: r.Seen.Add(time.Second)})
					}
					return s.Touch(ctx, touches)
				},
				"delete": func(from int) error {
					_, err := s.Delete(ctx, someIDs(from, from+size))
					return err
				},
			}
			for _, name := range []string{"insert", "touch", "delete"} {
				b.Run(fmt.Sprintf("%s/%s/%d", db.Engine(), name, size), func(b *testing.B) {
					from := next
					if name == "insert" {
						next += b.N * size
					} else if err := s.Insert(ctx, someRecords(from, from+min(b.N*size, 20_000))); err != nil {
						b.Fatal(err)
					} else {
						next += b.N * size
					}
					b.ResetTimer()
					for i := range b.N {
						if err := steps[name](from + i*size); err != nil {
							b.Fatal(err)
						}
					}
					b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N*size), "ns/session")
				})
			}
		}
	}
}
