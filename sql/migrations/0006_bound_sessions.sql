-- +goose Up

-- The IP address at which alone a session is good; '' for anywhere.
ALTER TABLE sessions ADD COLUMN only_from TEXT NOT NULL DEFAULT '';
