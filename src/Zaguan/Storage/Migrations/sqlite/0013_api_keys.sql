-- Keys of programs that use the Admin API. hash: SHA-256 of 256 bits of chance, which needs no salt. scopes: their names, with blanks between them.
-- last_used_at is coarse: it is not written at every request.
CREATE TABLE api_keys (
  id           TEXT    PRIMARY KEY,
  name         TEXT    NOT NULL,
  hash         TEXT    NOT NULL,
  scopes       TEXT    NOT NULL,
  created_by   TEXT    NOT NULL,
  created_at   INTEGER NOT NULL,
  expires_at   INTEGER,
  last_used_at INTEGER,
  revoked_at   INTEGER
) WITHOUT ROWID;
