CREATE TABLE base_global (
  -- Globals at that event, for people; the program never reads this. "value" is JSON.
  idx INTEGER PRIMARY KEY,
  name TEXT,
  type TEXT,
  value TEXT
) STRICT;
