CREATE TABLE past_section (
  -- Everything else at that event; empty while that event is the base's.
  tag INTEGER PRIMARY KEY,
  data BLOB
) STRICT;
