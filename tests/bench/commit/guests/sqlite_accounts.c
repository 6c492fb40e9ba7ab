/* SQLite in memory: accounts and the entries between them. An event is a transaction of four
 * statements. SQLite's amalgamation comes from elsewhere (-I). */
#include "no_imports.h"
#include "sqlite_unit.h"
#include "trace.h"

enum { kAccounts = 60000 };

static const char kSetup[] =
    "CREATE TABLE account(id INTEGER PRIMARY KEY, owner TEXT, balance INTEGER);"
    "CREATE TABLE entry(id INTEGER PRIMARY KEY, account INTEGER, amount INTEGER, note TEXT);"
    "CREATE INDEX entry_account ON entry(account);"
    "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 60000)"
    " INSERT INTO account SELECT i, 'owner ' || (i * 31 % 9973) || ' of many', i % 1000 FROM n;"
    "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 60000)"
    " INSERT INTO entry SELECT i, i * 7919 % 60000 + 1, i % 100, 'note ' || i || ' of an entry'"
    " FROM n;";

static const char* const kStatements[] = {
    "BEGIN",
    "UPDATE account SET balance = balance - ?1 WHERE id = ?2",
    "UPDATE account SET balance = balance + ?1 WHERE id = ?2",
    "INSERT INTO entry(account, amount, note) VALUES (?2, ?1, 'transfer from ' || ?1)",
    "DELETE FROM entry WHERE id = (SELECT min(id) FROM entry)",
    "COMMIT"};
enum { kStatementCount = sizeof kStatements / sizeof kStatements[0] };

static sqlite3* db;
static sqlite3_stmt* statements[kStatementCount];
static uint64_t random_state = 88172645463325252ull;

static void Must(int ok) {
  if (!ok) __builtin_trap();
}

void setup(void) {
  Must(sqlite3_open(":memory:", &db) == SQLITE_OK);
  Must(sqlite3_exec(db, kSetup, NULL, NULL, NULL) == SQLITE_OK);
  for (int i = 0; i < kStatementCount; ++i) {
    Must(sqlite3_prepare_v2(db, kStatements[i], -1, &statements[i], NULL) == SQLITE_OK);
  }
}

int64_t event(int64_t number) {
  const int64_t amount = 1 + number % 50;
  for (int i = 0; i < kStatementCount; ++i) {
    if (sqlite3_bind_parameter_count(statements[i]) == 2) {
      sqlite3_bind_int64(statements[i], 1, amount);
      sqlite3_bind_int64(statements[i], 2, (int64_t)(NextRandom(&random_state) % kAccounts) + 1);
    }
    Must(sqlite3_step(statements[i]) == SQLITE_DONE);
    sqlite3_reset(statements[i]);
  }
  return sqlite3_last_insert_rowid(db);
}
