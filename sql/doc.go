// Package sql keeps sessions, accounts and the records of modules in SQLite or
// Postgres. It implements the Store contracts of the packages that own them and is
// the only package that may import a database driver.
//
// One SQL text serves both engines:
//
//   - `$1` placeholders, lists and rows by the builders in values.go;
//   - times are BIGINT microseconds since 1970 in UTC and always come from the caller:
//     no statement asks the engine for the time;
//   - ids are lower-case hex in TEXT; flags are 0 and 1;
//   - `ON CONFLICT … RETURNING`, no sequences, no arrays, no engine's own functions.
//
// What an engine does its own way is in files with its name: opening, the lock around
// migrations, and how a process hears of another's changes.
//
// A method that returned without error has committed and synced: SQLite runs in WAL
// mode with synchronous=FULL, and Open refuses a Postgres with fsync or
// synchronous_commit off. The typed errors of the contracts and ErrBusy mean that
// nothing was changed. Any other error of a writing method means that the outcome is
// unknown; the driver's error is in its chain.
//
// How to add a store: write `<module>.go` with a type that holds a *DB and calls
// db.query for reads, db.exec for one writing statement and db.write for several; add
// a migration with the next number; give DB an accessor.
//
// The package must never know a session's lifetime rules, a password, a transport or
// a dialect, and must never build SQL from a caller's text.
package sql
