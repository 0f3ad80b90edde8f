-- A link by which a user sets a password, one at most for each: 256 bits of chance, of which this is the SHA-256. password_version is the user's when it was made: another password voids it.
CREATE TABLE password_links (
  user_key         BIGINT PRIMARY KEY REFERENCES users (key) ON DELETE CASCADE,
  link_hash        TEXT   COLLATE "C" NOT NULL UNIQUE,
  password_version BIGINT NOT NULL,
  expires_at       BIGINT NOT NULL
);

-- Who has signed in to My account, by way of which application, and as what.
CREATE TABLE account_sessions (
  token_hash  TEXT   COLLATE "C" PRIMARY KEY,
  user_key    BIGINT NOT NULL REFERENCES users (key) ON DELETE CASCADE,
  application TEXT   COLLATE "C" NOT NULL,
  identifier  TEXT   NOT NULL,
  opened_at   BIGINT NOT NULL,
  seen_at     BIGINT NOT NULL
);
CREATE INDEX account_sessions_by_user ON account_sessions (user_key);
