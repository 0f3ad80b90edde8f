-- The attributes of a user that are a text or a whole number, one row each: a contract may find a user by one of them (a document number).
-- Triggers keep it, whoever writes users; it is no data of its own, and no copy takes it along.
CREATE TABLE user_attributes (
  user_key BIGINT NOT NULL REFERENCES users (key) ON DELETE CASCADE,
  realm    TEXT   COLLATE "C" NOT NULL,
  name     TEXT   COLLATE "C" NOT NULL,
  value    TEXT   COLLATE "C" NOT NULL,
  PRIMARY KEY (user_key, name)
);
CREATE INDEX user_attributes_by_value ON user_attributes (realm, name, value);

-- Names as long as a contract can say them, texts as long as an identifier can be, numbers that every reader of JSON reads alike.
-- What is asked is the row at hand and not the table: a plan that was made for an empty one would go through all of a full one.
CREATE FUNCTION findable_attributes(attributes text) RETURNS TABLE (name text, value text) LANGUAGE plpgsql IMMUTABLE AS $$
BEGIN
  IF attributes IS NULL OR json_typeof(attributes::json) <> 'object' THEN
    RETURN;
  END IF;
  RETURN QUERY
  SELECT a.key, CASE json_typeof(a.value) WHEN 'string' THEN a.value #>> '{}' ELSE a.value::text::bigint::text END
  FROM json_each(attributes::json) a
  WHERE length(a.key) <= 64
    AND CASE json_typeof(a.value) WHEN 'string' THEN length(a.value #>> '{}') BETWEEN 1 AND 256 WHEN 'number' THEN a.value::text ~ '^-?[0-9]{1,17}$' ELSE false END;
EXCEPTION WHEN untranslatable_character OR invalid_text_representation THEN
  -- A NUL or half a surrogate pair, escaped: it is JSON, and no text that could stand here.
  RETURN;
END $$;

INSERT INTO user_attributes (user_key, realm, name, value)
SELECT u.key, u.realm, a.name, a.value FROM users u, findable_attributes(u.attributes) a
ON CONFLICT (user_key, name) DO NOTHING;

CREATE FUNCTION keep_user_attributes() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF TG_OP = 'UPDATE' THEN
    DELETE FROM user_attributes WHERE user_key = new.key;
  END IF;
  INSERT INTO user_attributes (user_key, realm, name, value)
  SELECT new.key, new.realm, a.name, a.value FROM findable_attributes(new.attributes) a
  ON CONFLICT (user_key, name) DO NOTHING;
  RETURN NULL;
END $$;
CREATE TRIGGER user_attributes_of_new_users AFTER INSERT ON users FOR EACH ROW
  WHEN (new.attributes IS NOT NULL) EXECUTE FUNCTION keep_user_attributes();
CREATE TRIGGER user_attributes_of_changed_users AFTER UPDATE OF attributes ON users FOR EACH ROW
  WHEN (new.attributes IS DISTINCT FROM old.attributes) EXECUTE FUNCTION keep_user_attributes();
