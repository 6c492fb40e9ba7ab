CREATE TABLE header (
  -- What this state is. "hash" covers the other fields.
  id INTEGER PRIMARY KEY CHECK (id = 1),
  format_version INTEGER NOT NULL,
  module_hash BLOB NOT NULL,
  program_name TEXT NOT NULL,
  compiler TEXT NOT NULL,
  created_us INTEGER NOT NULL,
  base_seq INTEGER NOT NULL,
  base_hash INTEGER NOT NULL,
  folding_seq INTEGER NOT NULL,
  base_chunks INTEGER NOT NULL,
  base_digest INTEGER NOT NULL,
  past_seq INTEGER NOT NULL,
  past_hash INTEGER NOT NULL,
  past_folding_seq INTEGER NOT NULL,
  past_chunks INTEGER NOT NULL,
  past_digest INTEGER NOT NULL,
  sealed_seq INTEGER NOT NULL,
  sealed_hash INTEGER NOT NULL,
  released_seq INTEGER NOT NULL,
  hash INTEGER NOT NULL
) STRICT;
