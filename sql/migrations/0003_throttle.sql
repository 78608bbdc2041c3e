-- +goose Up

-- Failed logins. account is the keyed hash of a name, or empty for a source over all
-- names; block is an address block, or empty for an account over all blocks.
CREATE TABLE throttle (
    account  TEXT   NOT NULL,
    block    TEXT   NOT NULL,
    failures BIGINT NOT NULL DEFAULT 0,
    in_row   BIGINT NOT NULL DEFAULT 0,
    pending  BIGINT NOT NULL DEFAULT 0,
    lease    BIGINT NOT NULL DEFAULT 0,
    epoch    BIGINT NOT NULL DEFAULT 0,
    failed   BIGINT NOT NULL DEFAULT 0,
    waits    BIGINT NOT NULL DEFAULT 0,
    disabled BIGINT NOT NULL DEFAULT 0,
    good     BIGINT NOT NULL DEFAULT 0,
    expires  BIGINT NOT NULL DEFAULT 0,
    PRIMARY KEY (account, block)
);

-- The key of the hashes: one row.
CREATE TABLE throttle_secret (
    id     BIGINT NOT NULL PRIMARY KEY,
    secret BYTEA  NOT NULL
);
