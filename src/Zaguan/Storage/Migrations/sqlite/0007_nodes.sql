-- Which node answered; null for what was recorded before nodes had names.
ALTER TABLE access_log ADD COLUMN node TEXT;
