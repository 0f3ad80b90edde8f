-- The attributes of a user that are a text or a whole number, one row each: a contract may find a user by one of them (a document number).
-- Triggers keep it, whoever writes users; it is no data of its own, and no copy takes it along.
CREATE TABLE user_attributes (
  user_key INTEGER NOT NULL REFERENCES users (key) ON DELETE CASCADE,
  realm    TEXT    NOT NULL,
  name     TEXT    NOT NULL,
  value    TEXT    NOT NULL,
  PRIMARY KEY (user_key, name)
) WITHOUT ROWID;
CREATE INDEX user_attributes_by_value ON user_attributes (realm, name, value);

-- Names as long as a contract can say them, texts as long as an identifier can be, numbers that every reader of JSON reads alike.
CREATE VIEW findable_attributes AS
SELECT u.key AS user_key, u.realm AS realm, a.key AS name, CAST(a.value AS TEXT) AS value
FROM users u, json_each(u.attributes) a
WHERE json_type(u.attributes) = 'object' AND length(a.key) <= 64
  AND ((a.type = 'text' AND length(a.value) BETWEEN 1 AND 256)
    OR (a.type = 'integer' AND typeof(a.value) = 'integer' AND abs(a.value) < 100000000000000000));

INSERT OR IGNORE INTO user_attributes (user_key, realm, name, value) SELECT user_key, realm, name, value FROM findable_attributes;

CREATE TRIGGER user_attributes_of_new_users AFTER INSERT ON users WHEN new.attributes IS NOT NULL BEGIN
  INSERT OR IGNORE INTO user_attributes (user_key, realm, name, value) SELECT user_key, realm, name, value FROM findable_attributes WHERE user_key = new.key;
END;

CREATE TRIGGER user_attributes_of_changed_users AFTER UPDATE OF attributes ON users WHEN new.attributes IS NOT old.attributes BEGIN
  DELETE FROM user_attributes WHERE user_key = new.key;
  INSERT OR IGNORE INTO user_attributes (user_key, realm, name, value) SELECT user_key, realm, name, value FROM findable_attributes WHERE user_key = new.key;
END;
