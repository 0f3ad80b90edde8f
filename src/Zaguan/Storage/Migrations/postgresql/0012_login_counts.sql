-- Logins of a minute or an hour (span, in milliseconds), which began at since. They are counted in the background from the access log, in the order of its ids:
-- the fact "logins counted to" says up to which one. No login writes here.
CREATE TABLE login_counts (
  span        BIGINT  NOT NULL,
  since       BIGINT NOT NULL,
  application TEXT   COLLATE "C" NOT NULL,
  outcome     INTEGER NOT NULL,
  logins      BIGINT NOT NULL,
  PRIMARY KEY (span, since, application, outcome)
);

-- Who is locked now. Only rows that were ever refused are in it, and what a login changes in a budget is only in it when the lock begins.
CREATE INDEX budgets_by_refusal ON budgets (refused_until) WHERE refused_until > 0;
