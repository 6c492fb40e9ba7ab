/* SQLite in memory: inserts, an index, joins, aggregates, updates, text. */
#include "kernel.h"
#include "no_imports.h"
#include "sqlite_unit.h"

static const char* const kStatements[] = {
    "CREATE TABLE item(id INTEGER PRIMARY KEY, grp INTEGER, name TEXT, price REAL)",
    "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 20000)"
    " INSERT INTO item SELECT i, i * 7919 % 503, 'name ' || (i * 31 % 9973), i * 0.25 FROM n",
    "CREATE INDEX item_grp ON item(grp, name)",
    "CREATE TABLE grp AS SELECT grp AS id, count(*) AS members, sum(price) AS total FROM item"
    " GROUP BY grp",
    "UPDATE item SET price = price * 1.5 WHERE grp IN (SELECT id FROM grp WHERE id % 3 = 0)",
    "DELETE FROM item WHERE id % 11 = 3",
    "SELECT sum(length(name)), sum(a.grp * g.members) FROM item a JOIN grp g ON g.id = a.grp",
    "SELECT count(*), sum(grp) FROM item WHERE name LIKE '%77%' OR name GLOB '*5?'",
    "SELECT id, name FROM item ORDER BY name DESC, price LIMIT 500",
    "SELECT grp, max(name), min(id) FROM item GROUP BY grp HAVING count(*) > 30"};

static int Fold(void* result, int count, char** values, char** names) {
  (void)names;
  for (int i = 0; i < count; ++i) {
    for (const char* at = values[i] == NULL ? "" : values[i]; *at != 0; ++at) {
      *(uint64_t*)result = Mix(*(uint64_t*)result, (uint8_t)*at);
    }
  }
  return 0;
}

static int64_t Script(uint64_t result) {
  sqlite3* db = NULL;
  if (sqlite3_open(":memory:", &db) != SQLITE_OK) return -1;
  for (size_t i = 0; i < sizeof kStatements / sizeof kStatements[0]; ++i) {
    const int status = sqlite3_exec(db, kStatements[i], Fold, &result, NULL);
    if (status != SQLITE_OK) return -100 - status - 1000 * (int)i;
  }
  sqlite3_close(db);
  return (int64_t)result;
}

int64_t run(void) {
  int64_t result = 0;
  for (int round = 0; round < 3; ++round) result = Script((uint64_t)result);
  return result;
}
