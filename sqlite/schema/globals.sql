CREATE VIEW globals AS
SELECT idx, name, g.type,
  CASE WHEN key NOTNULL THEN c.value WHEN json_valid(g.value) THEN json_extract(g.value, '$')
    ELSE g.value END AS value
FROM base_global AS g LEFT JOIN (
  SELECT key, value, max(seq)
  FROM event, json_each(CASE WHEN json_valid(globals) THEN globals END)
  GROUP BY key
) AS c ON key = name
ORDER BY idx;
