CREATE TABLE past_chunk (
  -- Linear memory at event header.past_seq, the far end of the history, where it differs from
  -- base_chunk.
  id INTEGER PRIMARY KEY,
  data BLOB
) STRICT;
