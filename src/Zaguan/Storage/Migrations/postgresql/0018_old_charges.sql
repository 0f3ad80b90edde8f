-- Of the charges in flight, how many were there when the row's charges last grew old; and when that was, or since when there are any.
-- Unix milliseconds.
ALTER TABLE budgets ADD COLUMN in_flight_before bigint NOT NULL DEFAULT 0;
ALTER TABLE budgets ADD COLUMN in_flight_from bigint NOT NULL DEFAULT 0;
