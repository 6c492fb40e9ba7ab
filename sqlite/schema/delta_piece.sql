CREATE TABLE delta_piece (
  -- What of an event's delta did not fit into its row, in order: id = seq << 20 | number from 0.
  id INTEGER PRIMARY KEY,
  data BLOB
) STRICT;
