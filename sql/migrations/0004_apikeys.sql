-- +goose Up

CREATE TABLE api_keys (
    digest       TEXT   NOT NULL PRIMARY KEY, -- SHA-256 of the text
    public       TEXT   NOT NULL UNIQUE,
    account      TEXT   NOT NULL REFERENCES accounts (id) ON DELETE CASCADE,
    label        TEXT   NOT NULL,
    scope        TEXT   NOT NULL,             -- permissions with blanks between; empty for all
    read_only    BIGINT NOT NULL,
    created      BIGINT NOT NULL,
    expires      BIGINT NOT NULL,             -- 0 for never
    used         BIGINT NOT NULL,             -- 0 for never
    rotated_from TEXT   NOT NULL,             -- public ids, or empty
    replaced_by  TEXT   NOT NULL
);
CREATE INDEX api_keys_account ON api_keys (account, created);
CREATE INDEX api_keys_expires ON api_keys (expires);
