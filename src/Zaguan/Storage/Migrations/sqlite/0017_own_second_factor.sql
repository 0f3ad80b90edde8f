-- The second factor that a user is just setting up in My account, encrypted as it will be when it is theirs; null: none.
ALTER TABLE account_sessions ADD COLUMN pending_code_secret TEXT;
