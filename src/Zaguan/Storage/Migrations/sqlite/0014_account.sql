-- A link by which a user sets a password, one at most for each: 256 bits of chance, of which this is the SHA-256. password_version is the user's when it was made: another password voids it.
CREATE TABLE password_links (
  user_key         INTEGER PRIMARY KEY REFERENCES users (key) ON DELETE CASCADE,
  link_hash        TEXT    NOT NULL UNIQUE,
  password_version INTEGER NOT NULL,
  expires_at       INTEGER NOT NULL
);

-- Who has signed in to My account, by way of which application, and as what.
CREATE TABLE account_sessions (
  token_hash  TEXT    PRIMARY KEY,
  user_key    INTEGER NOT NULL REFERENCES users (key) ON DELETE CASCADE,
  application TEXT    NOT NULL,
  identifier  TEXT    NOT NULL,
  opened_at   INTEGER NOT NULL,
  seen_at     INTEGER NOT NULL
) WITHOUT ROWID;
CREATE INDEX account_sessions_by_user ON account_sessions (user_key);
