-- Who may enter the console. code_secret is encrypted under the master key, which is kept elsewhere; null: no second factor yet.
-- code_step: the last step of thirty seconds whose code was taken, so that none is taken twice.
CREATE TABLE admins (
  key         INTEGER PRIMARY KEY AUTOINCREMENT,
  name        TEXT    NOT NULL,
  name_key    TEXT    NOT NULL UNIQUE,
  role        INTEGER NOT NULL,
  active      INTEGER NOT NULL CHECK (active IN (0, 1)),
  password    TEXT    NOT NULL,
  code_secret TEXT,
  code_step   INTEGER NOT NULL DEFAULT 0,
  created_at  INTEGER NOT NULL
);

-- In place of a code, once each. 80 bits of chance, so their SHA-256 needs no salt.
CREATE TABLE admin_recovery_codes (
  admin_key INTEGER NOT NULL REFERENCES admins (key) ON DELETE CASCADE,
  code_hash TEXT    NOT NULL,
  PRIMARY KEY (admin_key, code_hash)
) WITHOUT ROWID;

-- confirmed_at: when the password and a code were last given. pending_code_secret: a second factor that is being set up.
CREATE TABLE admin_sessions (
  token_hash          TEXT    PRIMARY KEY,
  admin_key           INTEGER NOT NULL REFERENCES admins (key) ON DELETE CASCADE,
  opened_at           INTEGER NOT NULL,
  seen_at             INTEGER NOT NULL,
  confirmed_at        INTEGER NOT NULL,
  pending_code_secret TEXT
) WITHOUT ROWID;
CREATE INDEX admin_sessions_by_admin ON admin_sessions (admin_key);

-- What was done to the house, and by whom; never a secret. before and after are JSON.
CREATE TABLE audit_log (
  id      INTEGER PRIMARY KEY AUTOINCREMENT,
  at      INTEGER NOT NULL,
  who     TEXT    NOT NULL,
  address TEXT,
  action  TEXT    NOT NULL,
  object  TEXT    NOT NULL,
  before  TEXT,
  after   TEXT
);
