CREATE VIEW events AS
SELECT seq - iif(key, earlier_count + 1 - key, 0) AS seq,
  strftime('%Y-%m-%dT%H:%M:%S', us / 1000000, 'unixepoch')
    || printf('.%06dZ', us % 1000000) AS time,
  CASE kind WHEN 1 THEN 'start' WHEN 2 THEN 'call' WHEN 3 THEN 'resume' END AS kind,
  iif(key, json_extract(value, '$[0]'), input) AS input,
  CASE outcome WHEN 1 THEN 'returned' WHEN 2 THEN 'trapped' WHEN 3 THEN 'exited' END AS outcome,
  iif(key, json_extract(value, '$[1]'), result) AS result,
  iif(key, NULL, chunks) AS chunks,
  iif(key, NULL, (SELECT length(delta) + ifnull(sum(length(data)), 0) FROM delta_piece
                  WHERE id >> 20 = seq)) AS delta_bytes,
  iif(key, ifnull(json_extract(value, '$[3]'), 0),
      length(effects) - (SELECT ifnull(sum(json_extract(value, '$[3]')), 0) FROM json_each(list)))
    AS effect_bytes
FROM (
  SELECT *, iif(key, json_extract(list, '$[0]') + json_extract(value, '$[2]'), time_us) AS us
  FROM (SELECT *, CASE WHEN json_valid(earlier) THEN earlier ELSE '[0]' END AS list FROM event),
    json_each(list)
)
ORDER BY seq;
