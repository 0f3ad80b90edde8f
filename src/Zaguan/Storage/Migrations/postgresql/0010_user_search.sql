-- What the console's search of users filters by, each in the order of names within a realm: who is rare among a million is found without reading the million.
CREATE INDEX users_by_role ON users (realm, role_key, username_key) WHERE role_key IS NOT NULL;
CREATE INDEX users_disabled ON users (realm, username_key) WHERE NOT active;
CREATE INDEX users_without_password ON users (realm, username_key) WHERE password_cost IS NULL;
-- Not hashed as Zaguan does it (Argon2id), or with an old hash under it.
CREATE INDEX users_with_old_password ON users (realm, username_key) WHERE (password_cost < 'argon2id' OR password_cost >= 'argon2ie');
