-- +goose Up

-- The numbers of contacts and categories, handed out in order and never again.
INSERT INTO counters (name, value) VALUES ('contact', 0), ('category', 0);

-- fields and custom are JSON objects of texts. What a search needs of them is kept
-- beside them, in lower case: both engines then find and sort alike.
CREATE TABLE addressbook_contacts (
    id         TEXT   NOT NULL PRIMARY KEY, -- seq in decimal
    seq        BIGINT NOT NULL UNIQUE,
    owner      BIGINT NOT NULL,
    access     TEXT   NOT NULL,
    tid        TEXT   NOT NULL,
    categories TEXT   NOT NULL,             -- ",1,2,", or empty
    fields     TEXT   NOT NULL,
    custom     TEXT   NOT NULL,
    photo      BYTEA  NOT NULL,
    created    BIGINT NOT NULL,
    modified   BIGINT NOT NULL,
    creator    BIGINT NOT NULL,
    modifier   BIGINT NOT NULL,
    revision   BIGINT NOT NULL,
    search     TEXT   NOT NULL,
    filed_as   TEXT   NOT NULL
);
CREATE INDEX addressbook_contacts_owner ON addressbook_contacts (owner, seq);
CREATE INDEX addressbook_contacts_access ON addressbook_contacts (access, seq);

-- The fields that are not empty, to filter and sort by. Bytes have one order
-- everywhere; text is sorted as the database's locale says.
CREATE TABLE addressbook_keys (
    contact TEXT  NOT NULL REFERENCES addressbook_contacts (id) ON DELETE CASCADE,
    field   TEXT  NOT NULL,
    content BYTEA NOT NULL,
    PRIMARY KEY (contact, field)
);

CREATE TABLE addressbook_categories (
    id       TEXT   NOT NULL PRIMARY KEY, -- seq in decimal
    seq      BIGINT NOT NULL UNIQUE,
    owner    BIGINT NOT NULL,
    name     TEXT   NOT NULL,
    name_key TEXT   NOT NULL,             -- name in lower case
    UNIQUE (owner, name_key)
);

CREATE TABLE addressbook_custom_fields (
    name  TEXT NOT NULL PRIMARY KEY,
    label TEXT NOT NULL
);
