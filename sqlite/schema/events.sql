CREATE VIEW events AS
SELECT seq,
  strftime('%Y-%m-%dT%H:%M:%S', time_us / 1000000, 'unixepoch')
    || printf('.%06dZ', time_us % 1000000) AS time,
  CASE kind WHEN 1 THEN 'start' WHEN 2 THEN 'call' WHEN 3 THEN 'resume' ELSE kind END AS kind,
  input,
  CASE outcome WHEN 1 THEN 'returned' WHEN 2 THEN 'trapped' WHEN 3 THEN 'exited' ELSE outcome END
    AS outcome,
  result,
  chunks,
  length(delta) AS delta_bytes,
  length(effects) AS effect_bytes
FROM event;
