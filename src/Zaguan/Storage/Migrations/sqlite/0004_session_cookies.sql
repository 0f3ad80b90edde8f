-- The SHA-256 of what the browser brings as its session's cookie: 256 bits of chance, so it needs no salt. Null where the session has none.
ALTER TABLE sessions ADD COLUMN cookie_hash TEXT;
CREATE UNIQUE INDEX sessions_by_cookie ON sessions (cookie_hash) WHERE cookie_hash IS NOT NULL;
