CREATE TABLE event (
  -- The log. A row is one event, or a series of events with one delta, of which the columns are
  -- about the last; "earlier" has the others, as JSON: [time_us of the first, [input, result,
  -- microseconds later, bytes of effects if any], ...].
  -- "pieces" counts the rows of delta_piece that "delta" goes on in.
  -- "globals" is JSON for people, NULL if no global changed; "hash" chains the rows.
  seq INTEGER PRIMARY KEY,
  earlier_count INTEGER NOT NULL,
  earlier TEXT,
  pieces INTEGER NOT NULL,
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
