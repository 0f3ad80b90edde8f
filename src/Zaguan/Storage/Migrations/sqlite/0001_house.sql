-- Instants are Unix milliseconds, UTC. A …_key column holds a name as it is compared: trimmed, NFC, upper case.

CREATE TABLE realms (
  name TEXT PRIMARY KEY
) WITHOUT ROWID;

CREATE TABLE roles (
  key      INTEGER PRIMARY KEY AUTOINCREMENT,
  realm    TEXT    NOT NULL REFERENCES realms (name),
  number   INTEGER NOT NULL,
  name     TEXT    NOT NULL,
  name_key TEXT    NOT NULL,
  UNIQUE (realm, number),
  UNIQUE (realm, name_key)
);

-- key is ours alone and never reused; number and id are what old clients store, kept as they came.
CREATE TABLE users (
  key                 INTEGER PRIMARY KEY AUTOINCREMENT,
  realm               TEXT    NOT NULL REFERENCES realms (name),
  number              INTEGER NOT NULL,
  id                  TEXT    NOT NULL,
  username            TEXT    NOT NULL,
  username_key        TEXT    NOT NULL,
  email               TEXT,
  email_key           TEXT,
  phone               TEXT,
  given_name          TEXT,
  family_name         TEXT,
  role_key            INTEGER REFERENCES roles (key),
  active              INTEGER NOT NULL CHECK (active IN (0, 1)),
  password            TEXT,
  password_changed_at INTEGER,
  attributes          TEXT    CHECK (attributes IS NULL OR json_valid(attributes)),
  created_at          INTEGER NOT NULL,
  UNIQUE (realm, number),
  UNIQUE (realm, id),
  UNIQUE (realm, username_key)
);
CREATE UNIQUE INDEX users_by_email ON users (realm, email_key) WHERE email_key IS NOT NULL;

-- One row per account and address (both named), per account (address ''), per address (account '').
-- Failures that count are failed - forgiven. The row carries the rule that it is under.
CREATE TABLE budgets (
  account         TEXT    NOT NULL,
  address         TEXT    NOT NULL,
  failed          INTEGER NOT NULL,
  forgiven        INTEGER NOT NULL,
  in_flight       INTEGER NOT NULL,
  in_flight_until INTEGER NOT NULL,
  burials         INTEGER NOT NULL,
  window_from     INTEGER NOT NULL,
  refused_until   INTEGER NOT NULL,
  refusals        INTEGER NOT NULL,
  failures        INTEGER NOT NULL,
  within          INTEGER NOT NULL,
  refused_for     INTEGER NOT NULL,
  refused_at_most INTEGER NOT NULL,
  PRIMARY KEY (account, address)
) WITHOUT ROWID;

CREATE TABLE access_log (
  id            INTEGER PRIMARY KEY AUTOINCREMENT,
  at            INTEGER NOT NULL,
  application   TEXT    NOT NULL,
  realm         TEXT    NOT NULL,
  identifier    TEXT    NOT NULL,
  user_key      INTEGER,
  is_successful INTEGER NOT NULL CHECK (is_successful IN (0, 1)),
  outcome       INTEGER NOT NULL,
  address       TEXT    NOT NULL,
  platform      TEXT,
  user_agent    TEXT,
  client_info   TEXT
);
CREATE INDEX access_log_by_time ON access_log (at);

CREATE TABLE sessions (
  id          TEXT    PRIMARY KEY,
  application TEXT    NOT NULL,
  user_key    INTEGER NOT NULL REFERENCES users (key) ON DELETE CASCADE,
  access_id   INTEGER NOT NULL,
  opened_at   INTEGER NOT NULL,
  expires_at  INTEGER NOT NULL
) WITHOUT ROWID;
CREATE INDEX sessions_by_user ON sessions (user_key);
CREATE INDEX sessions_by_expiry ON sessions (expires_at);

-- Facts about this database itself.
CREATE TABLE facts (
  name  TEXT PRIMARY KEY,
  value TEXT NOT NULL
) WITHOUT ROWID;
