package sql

import (
	"context"
	stdsql "database/sql"
	"embed"
	"errors"
	"fmt"
	"io/fs"

	"github.com/pressly/goose/v3"
)

//go:embed migrations/*.sql
var migrations embed.FS

// ErrNewer: the schema was made by a newer version of the program.
var ErrNewer = errors.New("the database has a newer schema than this program knows; run the newer program")

// migrate brings the schema up to date. The caller holds a lock against other
// processes: goose reads and creates its version table outside its own locks.
func migrate(ctx context.Context, engine Engine, pool *stdsql.DB) error {
	dialect := goose.DialectSQLite3
	if engine == Postgres {
		dialect = goose.DialectPostgres
	}
	files, err := fs.Sub(migrations, "migrations")
	if err != nil {
		return err
	}
	p, err := goose.NewProvider(dialect, pool, files,
		goose.WithTableName("schema_version"),
		goose.WithDisableGlobalRegistry(true))
	if err != nil {
		return err
	}
	have, want, err := p.GetVersions(ctx)
	if err != nil {
		return fmt.Errorf("the schema version cannot be read: %w", err)
	}
	if have > want {
		return fmt.Errorf("%w (it is %d, known is %d)", ErrNewer, have, want)
	}
	if _, err := p.Up(ctx); err != nil {
		return fmt.Errorf("the schema could not be brought up to date: %w", err)
	}
	return nil
}
