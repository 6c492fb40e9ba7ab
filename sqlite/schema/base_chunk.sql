CREATE TABLE base_chunk (
  -- Linear memory at event header.base_seq: id = memory << 40 | chunk of 4096 bytes.
  id INTEGER PRIMARY KEY,
  data BLOB
) STRICT;
