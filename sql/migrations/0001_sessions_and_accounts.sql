-- +goose Up

-- One row for each number that is handed out in order. The lock on the row makes the
-- order of the numbers the order of the commits.
CREATE TABLE counters (
    name  TEXT   NOT NULL PRIMARY KEY,
    value BIGINT NOT NULL
);
INSERT INTO counters (name, value) VALUES ('change', 0), ('number', 999);

-- What processes on this database tell each other. account '*' is every account.
CREATE TABLE changes (
    seq     BIGINT NOT NULL PRIMARY KEY,
    session TEXT   NOT NULL,
    account TEXT   NOT NULL,
    at      BIGINT NOT NULL
);

CREATE TABLE sessions (
    id        TEXT   NOT NULL PRIMARY KEY, -- SHA-256 of the sessionid
    secret    TEXT   NOT NULL,             -- SHA-256 of kp3
    public    TEXT   NOT NULL UNIQUE,
    account   TEXT   NOT NULL,
    server    BIGINT NOT NULL,
    read_only BIGINT NOT NULL,
    created   BIGINT NOT NULL,
    seen      BIGINT NOT NULL,
    ends      BIGINT NOT NULL,
    idle      BIGINT NOT NULL,
    -- the earlier of ends and seen + idle, kept so that a sweep reads only the dead
    expires   BIGINT NOT NULL,
    peer      TEXT   NOT NULL,
    agent     TEXT   NOT NULL,
    endpoint  TEXT   NOT NULL
);
CREATE INDEX sessions_account ON sessions (account, created);
CREATE INDEX sessions_created ON sessions (created);
CREATE INDEX sessions_expires ON sessions (expires);

CREATE TABLE accounts (
    id            TEXT   NOT NULL PRIMARY KEY,
    kind          TEXT   NOT NULL,
    name          TEXT   NOT NULL,
    login         TEXT   NOT NULL,
    number        BIGINT NOT NULL UNIQUE,
    acts_for      BIGINT NOT NULL,
    display       TEXT   NOT NULL,
    email         TEXT   NOT NULL,
    password_hash TEXT   NOT NULL,
    disabled      BIGINT NOT NULL,
    read_only     BIGINT NOT NULL,
    created       BIGINT NOT NULL,
    changed       BIGINT NOT NULL,
    UNIQUE (kind, name)
);

-- Numbers that were ever an account's. A new account is not given one of them by
-- itself: it would inherit the records of the one before.
CREATE TABLE used_numbers (
    number BIGINT NOT NULL PRIMARY KEY
);

CREATE TABLE roles (
    name    TEXT   NOT NULL PRIMARY KEY,
    changed BIGINT NOT NULL
);
CREATE TABLE role_permissions (
    role       TEXT NOT NULL REFERENCES roles (name) ON DELETE CASCADE,
    permission TEXT NOT NULL,
    PRIMARY KEY (role, permission)
);
CREATE TABLE account_roles (
    account TEXT NOT NULL REFERENCES accounts (id) ON DELETE CASCADE,
    role    TEXT NOT NULL REFERENCES roles (name) ON DELETE CASCADE,
    PRIMARY KEY (account, role)
);
CREATE INDEX account_roles_role ON account_roles (role);
CREATE TABLE account_grants (
    account    TEXT NOT NULL REFERENCES accounts (id) ON DELETE CASCADE,
    permission TEXT NOT NULL,
    PRIMARY KEY (account, permission)
);

INSERT INTO roles (name, changed) VALUES ('admin', 0), ('user', 0);
INSERT INTO role_permissions (role, permission) VALUES ('admin', '*'), ('user', 'addressbook');
