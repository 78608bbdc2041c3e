-- +goose Up

-- The form in which attempts to log in count a name (account.Canonical), kept by the
-- program, and the name that it was made of. Where that is not the account's name the form
-- is not known yet: for accounts from before, and for those that a process of the version
-- before makes or renames while both are running. No two accounts of a kind are given one
-- form; those that have one from before keep it. The row of the counter is locked by who
-- gives a name, so that no other is given meanwhile.
ALTER TABLE accounts ADD COLUMN canonical TEXT NOT NULL DEFAULT '';
ALTER TABLE accounts ADD COLUMN canonical_of TEXT NOT NULL DEFAULT '';
CREATE INDEX accounts_canonical ON accounts (kind, canonical);
CREATE INDEX accounts_not_canonical ON accounts (id) WHERE canonical_of <> name;
INSERT INTO counters (name, value) VALUES ('name', 0);
