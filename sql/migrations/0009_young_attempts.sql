-- +goose Up

-- Attempts that began while others were pending, and when they count as failed.
ALTER TABLE throttle ADD COLUMN young BIGINT NOT NULL DEFAULT 0;
ALTER TABLE throttle ADD COLUMN young_lease BIGINT NOT NULL DEFAULT 0;
