CREATE TABLE store (
  -- How the log of this file was last flushed ("full", "normal", "off"): under "full" a hole in the
  -- log is damage, otherwise it may be what a power cut left.
  id INTEGER PRIMARY KEY CHECK (id = 1),
  durability TEXT NOT NULL
) STRICT;
