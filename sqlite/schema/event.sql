CREATE TABLE event (
  -- The log. A row is one event, or a series of events with one delta, of which the columns are
  -- about the last; "earlier" has the others, as JSON: [time_us of the first, [input, result,
  -- microseconds later, bytes of effects if any], ...].
  -- "pieces" counts the rows of delta_piece that "delta" goes on in.
  -- "globals" is JSON for people, NULL if no global changed; "hash" chains the rows.
  seq INTEGER PRIMARY KEY,
  earlier_count INTEGER,
  earlier TEXT,
  pieces INTEGER,
  kind INTEGER,
  outcome INTEGER,
  time_us INTEGER,
  input TEXT,
  result TEXT,
  delta BLOB,
  effects BLOB,
  outlet BLOB,
  globals TEXT,
  chunks INTEGER,
  hash INTEGER
) STRICT;
