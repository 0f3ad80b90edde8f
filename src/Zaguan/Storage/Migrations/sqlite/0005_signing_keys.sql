-- Zaguan's own signing keys, the oldest first. private_key is encrypted under a master key that is kept elsewhere. A key signs from its
-- instant until the next one's; a number is given once.
CREATE TABLE signing_keys (
  number      INTEGER PRIMARY KEY,
  kid         TEXT    NOT NULL UNIQUE,
  algorithm   TEXT    NOT NULL,
  private_key TEXT    NOT NULL,
  created_at  INTEGER NOT NULL,
  signs_from  INTEGER NOT NULL
);
