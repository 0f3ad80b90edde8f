ALTER TABLE sessions ADD COLUMN revoked_at INTEGER;
CREATE INDEX sessions_by_application ON sessions (application, opened_at);

-- What no node and no back-end may believe any more: a session; or an application's tokens of before an instant (Unix seconds),
-- all of them or those with a certain claim. number follows the order of commits, so that whoever has seen one has
-- seen those before it, and is not below the milliseconds of its time, so that what comes after a restored backup is above what anybody has seen.
CREATE TABLE revocations (
  number        INTEGER PRIMARY KEY,
  application   TEXT    NOT NULL,
  session       TEXT,
  until         INTEGER,
  claim         TEXT,
  value         TEXT,
  issued_before INTEGER
);
CREATE UNIQUE INDEX revocations_of_sessions ON revocations (application, session) WHERE session IS NOT NULL;
CREATE UNIQUE INDEX revocations_of_subjects ON revocations (application, claim, value) WHERE claim IS NOT NULL;
CREATE UNIQUE INDEX revocations_of_applications ON revocations (application) WHERE session IS NULL AND claim IS NULL;
CREATE INDEX revocations_by_application ON revocations (application, number);
CREATE INDEX revocations_by_expiry ON revocations (until) WHERE until IS NOT NULL;

CREATE TABLE revocation_numbers (
  id   INTEGER PRIMARY KEY CHECK (id = 1),
  last INTEGER NOT NULL
);
INSERT INTO revocation_numbers (id, last) VALUES (1, 0);

-- Who may ask about tokens. A key has 256 bits of chance, so its SHA-256 needs no salt.
CREATE TABLE back_ends (
  name        TEXT    PRIMARY KEY,
  application TEXT    NOT NULL,
  key_hash    TEXT    NOT NULL UNIQUE,
  created_at  INTEGER NOT NULL
) WITHOUT ROWID;
