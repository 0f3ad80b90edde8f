-- Who came over from another source (the old system, a directory) at a login, and when.
ALTER TABLE users ADD COLUMN adopted_at INTEGER;
ALTER TABLE users ADD COLUMN adopted_from TEXT;
-- Whether somebody set the password here; one that was imported, or came over, may still be changed in the old system.
ALTER TABLE users ADD COLUMN password_set_here INTEGER NOT NULL DEFAULT 0 CHECK (password_set_here IN (0, 1));
-- Only set-password has changed one so far.
UPDATE users SET password_set_here = 1 WHERE password_version > 0;
