#include "sqlite/schema.h"

#include <sqlite3.h>

#include <string>

#include "sqlite/connection.h"
#include "sqlite/error.h"

namespace perdure {

Status CreateSchema(Connection* connection) {
  for (const SchemaStatement& statement : kSchema) PERDURE_TRY(connection->Run(statement.sql));
  PERDURE_TRY(connection->Run(StrCat("PRAGMA application_id = ", kApplicationId).c_str()));
  return connection->Run(StrCat("PRAGMA user_version = ", kSchemaVersion).c_str());
}

Status CheckSchema(Connection* connection) {
  PERDURE_ASSIGN_OR_RETURN(
      Statement statement,
      connection->Prepare("SELECT name, tbl_name, sql FROM sqlite_schema ORDER BY rowid"));
  for (int count = 0;; ++count) {
    const int rc = statement.Step();
    if (rc == SQLITE_DONE && count == kSchemaStatementCount) return OkStatus();
    if (rc != SQLITE_ROW && rc != SQLITE_DONE) return connection->Error(rc);
    Row row(statement);
    if (rc == SQLITE_ROW && count < kSchemaStatementCount && row.Text(0) == kSchema[count].name &&
        row.Text(1) == kSchema[count].name && row.Text(2) == kSchema[count].sql) {
      continue;
    }
    const std::string name(rc == SQLITE_ROW ? row.Text(0) : kSchema[count].name);
    return StateError(StatusCode::kCorrupt, connection->path(),
                      "does not have the tables of a state (first difference: '", name,
                      "'): restore it from a backup, or drop what was added to it");
  }
}

}  // namespace perdure
