-- Who came over from another source (the old system, a directory) at a login, and when.
ALTER TABLE users ADD COLUMN adopted_at INTEGER;
ALTER TABLE users ADD COLUMN adopted_from TEXT;
