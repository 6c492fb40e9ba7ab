CREATE VIEW events AS
WITH single (seq, time_us, kind, input, outcome, result, chunks, delta_bytes, effect_bytes) AS (
  SELECT seq, time_us, kind, input, outcome, result, chunks,
    length(delta) + CASE WHEN pieces > 0 THEN
      (SELECT sum(length(data)) FROM delta_piece
       WHERE id BETWEEN seq << 20 AND (seq << 20) + pieces)
      ELSE 0 END,
    length(effects) - CASE WHEN earlier_count > 0 AND json_valid(earlier) THEN
      (SELECT coalesce(sum(json_extract(value, '$[3]')), 0) FROM json_each(earlier) WHERE key > 0)
      ELSE 0 END
  FROM event
  UNION ALL
  SELECT e.seq - e.earlier_count + j.key - 1,
    json_extract(e.earlier, '$[0]') + json_extract(j.value, '$[2]'), e.kind,
    json_extract(j.value, '$[0]'), 1, json_extract(j.value, '$[1]'), NULL, NULL,
    coalesce(json_extract(j.value, '$[3]'), 0)
  FROM event AS e, json_each(CASE WHEN json_valid(e.earlier) THEN e.earlier ELSE '[]' END) AS j
  WHERE e.earlier_count > 0 AND j.key > 0
)
SELECT seq,
  strftime('%Y-%m-%dT%H:%M:%S', time_us / 1000000, 'unixepoch')
    || printf('.%06dZ', time_us % 1000000) AS time,
  CASE kind WHEN 1 THEN 'start' WHEN 2 THEN 'call' WHEN 3 THEN 'resume' ELSE kind END AS kind,
  input,
  CASE outcome WHEN 1 THEN 'returned' WHEN 2 THEN 'trapped' WHEN 3 THEN 'exited' ELSE outcome END
    AS outcome,
  result,
  chunks,
  delta_bytes,
  effect_bytes
FROM single
ORDER BY seq;
