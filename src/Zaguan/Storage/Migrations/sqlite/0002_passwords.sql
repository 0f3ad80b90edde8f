-- What a password's hash costs to verify, in words: hashes of one cost take one time. Null where there is no password.
ALTER TABLE users ADD COLUMN password_cost TEXT;
UPDATE users SET password_cost = 'pbkdf2-sha512 210000' WHERE password LIKE '$pbkdf2-sha512$i=210000$%';
CREATE INDEX users_by_password_cost ON users (password_cost) WHERE password_cost IS NOT NULL;

-- Counts the changes of a password; that its hash was replaced by one of the same password is none.
ALTER TABLE users ADD COLUMN password_version INTEGER NOT NULL DEFAULT 0;
