CREATE TABLE base_section (
  -- Everything else at that event: sizes, globals, tables, segments, host table.
  tag INTEGER PRIMARY KEY,
  data BLOB
) STRICT;
