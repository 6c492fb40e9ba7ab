CREATE TABLE header (
  -- What this state is. "hash" covers the fields before it. "durability" is how the log of this
  -- file was last flushed ("full", "normal", "off"): under "full" a hole in the log is damage,
  -- otherwise it may be what a power cut left.
  id INTEGER PRIMARY KEY,
  format_version INTEGER,
  module_hash BLOB,
  program_name TEXT,
  compiler TEXT,
  created_us INTEGER,
  base_seq INTEGER,
  base_hash INTEGER,
  folding_seq INTEGER,
  base_chunks INTEGER,
  base_digest INTEGER,
  past_seq INTEGER,
  past_hash INTEGER,
  past_folding_seq INTEGER,
  past_chunks INTEGER,
  past_digest INTEGER,
  sealed_seq INTEGER,
  sealed_hash INTEGER,
  released_seq INTEGER,
  hash INTEGER,
  durability TEXT
) STRICT;
