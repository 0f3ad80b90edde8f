-- Keys of programs that use the Admin API. hash: SHA-256 of 256 bits of chance, which needs no salt. scopes: their names, with blanks between them.
-- last_used_at is coarse: it is not written at every request.
CREATE TABLE api_keys (
  id           TEXT   COLLATE "C" PRIMARY KEY,
  name         TEXT   COLLATE "C" NOT NULL,
  hash         TEXT   COLLATE "C" NOT NULL,
  scopes       TEXT   COLLATE "C" NOT NULL,
  created_by   TEXT   NOT NULL,
  created_at   BIGINT NOT NULL,
  expires_at   BIGINT,
  last_used_at BIGINT,
  revoked_at   BIGINT
);
