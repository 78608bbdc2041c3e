-- +goose Up

-- A child session was made from its parent and ends with it; '' for none. The scope is
-- a list of permissions, blanks between them; '' for everything.
ALTER TABLE sessions ADD COLUMN parent TEXT NOT NULL DEFAULT '';
ALTER TABLE sessions ADD COLUMN scope TEXT NOT NULL DEFAULT '';
CREATE INDEX sessions_by_parent ON sessions (parent) WHERE parent <> '';
