// The schema of a state file: the statements in schema/*.sql, and the two numbers in the file's
// header that say what the file is.
//
// SQLite keeps the text of every CREATE statement. A state's texts must equal ours byte for byte:
// then our prepared statements mean what they meant when they were written, and nothing else (a
// trigger, a view in the place of a table, a generated column) can run or lie.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

#include "perdure/instance.h"
#include "perdure/status.h"

namespace perdure {

class Connection;

// "PERD". Bytes 68..71 of the file, so that file(1) and SQLite tools can tell a state from other
// databases.
inline constexpr int32_t kApplicationId = 0x50455244;
// PRAGMA user_version, bytes 60..63: the format of the tables.
inline constexpr int32_t kSchemaVersion = 5;
inline constexpr int32_t kSchemaVersionFirst = 1;

struct SchemaStatement {
  const char* name;  // of the table or view
  const char* sql;
};
inline constexpr int kSchemaStatementCount = 10;
extern const SchemaStatement kSchema[kSchemaStatementCount];

// As header.durability has it.
std::string_view DurabilityName(Durability durability);
std::optional<Durability> DurabilityNamed(std::string_view name);

// Creates everything. REQUIRES: an open transaction in an empty database.
Status CreateSchema(Connection* connection);

// kCorrupt unless the database holds exactly our schema.
Status CheckSchema(Connection* connection);

}  // namespace perdure
