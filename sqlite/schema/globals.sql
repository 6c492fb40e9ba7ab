CREATE VIEW globals AS
WITH change (name, value, seq) AS (
  SELECT j.key, j.value, max(e.seq)
  FROM event AS e,
    json_each(CASE WHEN json_valid(e.globals) THEN e.globals ELSE '{}' END) AS j
  GROUP BY j.key
)
SELECT g.idx, g.name, g.type,
  CASE
    WHEN c.name IS NOT NULL THEN c.value
    WHEN json_valid(g.value) THEN json_extract(g.value, '$')
    ELSE g.value
  END AS value
FROM base_global AS g LEFT JOIN change AS c ON c.name = g.name
ORDER BY g.idx;
