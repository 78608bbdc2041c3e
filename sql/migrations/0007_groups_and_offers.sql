-- +goose Up

-- Roles get numbers and descriptions, because some clients know them as groups. A number
-- is never given to another role.
ALTER TABLE roles ADD COLUMN number BIGINT NOT NULL DEFAULT 0;
ALTER TABLE roles ADD COLUMN description TEXT NOT NULL DEFAULT '';
UPDATE roles SET number = (SELECT COUNT(*) FROM roles r WHERE r.name <= roles.name);
UPDATE roles SET description = 'May do everything' WHERE name = 'admin';
UPDATE roles SET description = 'What every new account may do' WHERE name = 'user';
CREATE UNIQUE INDEX roles_number ON roles (number);
INSERT INTO counters (name, value) SELECT 'role', COUNT(*) FROM roles;

ALTER TABLE accounts ADD COLUMN no_mail BIGINT NOT NULL DEFAULT 0;
ALTER TABLE accounts ADD COLUMN disabled_text TEXT NOT NULL DEFAULT '';
CREATE INDEX accounts_changed ON accounts (changed);

-- Names and addresses in small letters, to search by: kept by the program, since the
-- engines do not agree on what a small letter is. For the accounts that there are, the
-- letters A to Z must do here; others are found by their exact name until they change.
ALTER TABLE accounts ADD COLUMN name_key TEXT NOT NULL DEFAULT '';
ALTER TABLE accounts ADD COLUMN email_key TEXT NOT NULL DEFAULT '';
ALTER TABLE accounts ADD COLUMN display_key TEXT NOT NULL DEFAULT '';
UPDATE accounts SET name_key =
    REPLACE(REPLACE(REPLACE(REPLACE(REPLACE(REPLACE(REPLACE(REPLACE(REPLACE(REPLACE(REPLACE(REPLACE(REPLACE(REPLACE(REPLACE(REPLACE(REPLACE(REPLACE(REPLACE(REPLACE(REPLACE(REPLACE(REPLACE(REPLACE(REPLACE(REPLACE(name,
        'A', 'a'), 'B', 'b'), 'C', 'c'), 'D', 'd'), 'E', 'e'), 'F', 'f'), 'G', 'g'),
        'H', 'h'), 'I', 'i'), 'J', 'j'), 'K', 'k'), 'L', 'l'), 'M', 'm'), 'N', 'n'),
        'O', 'o'), 'P', 'p'), 'Q', 'q'), 'R', 'r'), 'S', 's'), 'T', 't'), 'U', 'u'),
        'V', 'v'), 'W', 'w'), 'X', 'x'), 'Y', 'y'), 'Z', 'z');
UPDATE accounts SET email_key =
    REPLACE(REPLACE(REPLACE(REPLACE(REPLACE(REPLACE(REPLACE(REPLACE(REPLACE(REPLACE(REPLACE(REPLACE(REPLACE(REPLACE(REPLACE(REPLACE(REPLACE(REPLACE(REPLACE(REPLACE(REPLACE(REPLACE(REPLACE(REPLACE(REPLACE(REPLACE(email,
        'A', 'a'), 'B', 'b'), 'C', 'c'), 'D', 'd'), 'E', 'e'), 'F', 'f'), 'G', 'g'),
        'H', 'h'), 'I', 'i'), 'J', 'j'), 'K', 'k'), 'L', 'l'), 'M', 'm'), 'N', 'n'),
        'O', 'o'), 'P', 'p'), 'Q', 'q'), 'R', 'r'), 'S', 's'), 'T', 't'), 'U', 'u'),
        'V', 'v'), 'W', 'w'), 'X', 'x'), 'Y', 'y'), 'Z', 'z');
UPDATE accounts SET display_key =
    REPLACE(REPLACE(REPLACE(REPLACE(REPLACE(REPLACE(REPLACE(REPLACE(REPLACE(REPLACE(REPLACE(REPLACE(REPLACE(REPLACE(REPLACE(REPLACE(REPLACE(REPLACE(REPLACE(REPLACE(REPLACE(REPLACE(REPLACE(REPLACE(REPLACE(REPLACE(display,
        'A', 'a'), 'B', 'b'), 'C', 'c'), 'D', 'd'), 'E', 'e'), 'F', 'f'), 'G', 'g'),
        'H', 'h'), 'I', 'i'), 'J', 'j'), 'K', 'k'), 'L', 'l'), 'M', 'm'), 'N', 'n'),
        'O', 'o'), 'P', 'p'), 'Q', 'q'), 'R', 'r'), 'S', 's'), 'T', 't'), 'U', 'u'),
        'V', 'v'), 'W', 'w'), 'X', 'x'), 'Y', 'y'), 'Z', 'z');
CREATE INDEX accounts_name_key ON accounts (kind, name_key);
CREATE INDEX accounts_email_key ON accounts (kind, email_key);

-- Accounts that were offered to an address. The row of the counter is locked by who adds
-- one, so that what is counted before does not change meanwhile.
CREATE TABLE account_offers (
    digest    TEXT   NOT NULL PRIMARY KEY, -- SHA-256 of the token
    email     TEXT   NOT NULL,
    email_key TEXT   NOT NULL,             -- in small letters
    source    TEXT   NOT NULL,
    created   BIGINT NOT NULL,
    expires   BIGINT NOT NULL
);
CREATE INDEX account_offers_email ON account_offers (email_key);
CREATE INDEX account_offers_source ON account_offers (source, created);
CREATE INDEX account_offers_expires ON account_offers (expires);
INSERT INTO counters (name, value) VALUES ('offer', 0);
