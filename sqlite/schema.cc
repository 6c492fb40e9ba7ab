#include "sqlite/schema.h"

#include <sqlite3.h>

#include <string>

#include "sqlite/connection.h"
#include "sqlite/error.h"

namespace perdure {
namespace {

constexpr struct {
  Durability durability;
  std::string_view name;
} kDurabilities[] = {
    {Durability::kFull, "full"}, {Durability::kNormal, "normal"}, {Durability::kOff, "off"}};

std::string_view TypeOf(const SchemaStatement& statement) {
  return std::string_view(statement.sql).starts_with("CREATE VIEW ") ? "view" : "table";
}

}  // namespace

std::string_view DurabilityName(Durability durability) {
  for (const auto& known : kDurabilities) {
    if (known.durability == durability) return known.name;
  }
  return {};
}

std::optional<Durability> DurabilityNamed(std::string_view name) {
  for (const auto& known : kDurabilities) {
    if (known.name == name) return known.durability;
  }
  return std::nullopt;
}

Status CreateSchema(Connection* connection) {
  for (const SchemaStatement& statement : kSchema) PERDURE_TRY(connection->Run(statement.sql));
  PERDURE_TRY(connection->Run(StrCat("PRAGMA application_id = ", kApplicationId).c_str()));
  return connection->Run(StrCat("PRAGMA user_version = ", kSchemaVersion).c_str());
}

Status CheckSchema(Connection* connection) {
  PERDURE_ASSIGN_OR_RETURN(
      Statement statement,
      connection->Prepare("SELECT name, tbl_name, sql, type FROM sqlite_schema ORDER BY rowid"));
  for (int count = 0;; ++count) {
    const int rc = statement.Step();
    if (rc == SQLITE_DONE && count == kSchemaStatementCount) return OkStatus();
    if (rc != SQLITE_ROW && rc != SQLITE_DONE) return connection->Error(rc);
    Row row(statement);
    if (rc == SQLITE_ROW && count < kSchemaStatementCount && row.Text(0) == kSchema[count].name &&
        row.Text(1) == kSchema[count].name && row.Text(2) == kSchema[count].sql &&
        row.Text(3) == TypeOf(kSchema[count])) {
      continue;
    }
    const std::string name(rc == SQLITE_ROW ? row.Text(0) : kSchema[count].name);
    return StateError(StatusCode::kCorrupt, connection->path(),
                      "does not have the tables of a state (first difference: '", name,
                      "'): restore it from a backup, or drop what was added to it");
  }
}

}  // namespace perdure
