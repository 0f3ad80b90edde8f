-- A user's second factor. code_secret is encrypted under the master key, which is kept elsewhere; null: there is none.
-- code_step: the last step of thirty seconds whose code was taken, so that none is taken twice.
ALTER TABLE users ADD COLUMN code_secret TEXT;
ALTER TABLE users ADD COLUMN code_step INTEGER NOT NULL DEFAULT 0;

-- In place of a code, once each. 80 bits of chance, so their SHA-256 needs no salt.
CREATE TABLE user_recovery_codes (
  user_key  INTEGER NOT NULL REFERENCES users (key) ON DELETE CASCADE,
  code_hash TEXT NOT NULL,
  PRIMARY KEY (user_key, code_hash)
) WITHOUT ROWID;

-- Who has one, in the order of names within a realm. No login changes what is in it.
CREATE INDEX users_with_second_factor ON users (realm, username_key) WHERE code_secret IS NOT NULL;
