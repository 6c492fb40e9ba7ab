CREATE TABLE event (
  -- The log. "globals" is JSON for people, NULL if no global changed; "hash" chains the rows.
  seq INTEGER PRIMARY KEY,
  kind INTEGER NOT NULL,
  outcome INTEGER NOT NULL,
  time_us INTEGER NOT NULL,
  input TEXT NOT NULL,
  result TEXT NOT NULL,
  delta BLOB NOT NULL,
  effects BLOB NOT NULL,
  outlet BLOB NOT NULL,
  globals TEXT,
  chunks INTEGER NOT NULL,
  hash INTEGER NOT NULL
) STRICT;
