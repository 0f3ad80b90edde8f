-- The records of one user, the newest first. What has no user is not in it: guesses at names that nobody has pay nothing for it.
CREATE INDEX access_log_by_user ON access_log (user_key, id) WHERE user_key IS NOT NULL;
