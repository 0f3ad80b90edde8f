-- The attributes of a user that are a text or a number, one row each: a contract may find a user by one of them (a document number).
-- Triggers keep it, whoever writes users.
CREATE TABLE user_attributes (
  user_key INTEGER NOT NULL REFERENCES users (key) ON DELETE CASCADE,
  realm    TEXT    NOT NULL,
  name     TEXT    NOT NULL,
  value    TEXT    NOT NULL,
  PRIMARY KEY (user_key, name)
) WITHOUT ROWID;
CREATE INDEX user_attributes_by_value ON user_attributes (realm, name, value);

INSERT OR IGNORE INTO user_attributes (user_key, realm, name, value)
SELECT u.key, u.realm, a.key, CAST(a.value AS TEXT)
FROM users u, json_each(u.attributes) a
WHERE u.attributes IS NOT NULL AND a.type IN ('text', 'integer') AND length(a.value) BETWEEN 1 AND 256;

CREATE TRIGGER user_attributes_of_new_users AFTER INSERT ON users WHEN new.attributes IS NOT NULL BEGIN
  INSERT OR IGNORE INTO user_attributes (user_key, realm, name, value)
  SELECT new.key, new.realm, a.key, CAST(a.value AS TEXT) FROM json_each(new.attributes) a WHERE a.type IN ('text', 'integer') AND length(a.value) BETWEEN 1 AND 256;
END;

CREATE TRIGGER user_attributes_of_changed_users AFTER UPDATE OF attributes ON users WHEN new.attributes IS NOT old.attributes BEGIN
  DELETE FROM user_attributes WHERE user_key = new.key;
  INSERT OR IGNORE INTO user_attributes (user_key, realm, name, value)
  SELECT new.key, new.realm, a.key, CAST(a.value AS TEXT) FROM json_each(new.attributes) a WHERE a.type IN ('text', 'integer') AND length(a.value) BETWEEN 1 AND 256;
END;
