package sql

import "embed"

// Migrations are the files, for tests that go a part of the way.
func Migrations() embed.FS { return migrations }
