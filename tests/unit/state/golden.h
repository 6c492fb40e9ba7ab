// Durable formats byte by byte: golden/<name>.hex. With PERDURE_UPDATE_GOLDEN set the files are
// rewritten; a change of theirs that old states would not survive needs a new kStateFormatVersion.
#pragma once

#include <string>
#include <string_view>

namespace perdure::test {

// What golden/<name>.hex holds; `bytes` when updating. For blobs with LZ4 in them, which another
// version of LZ4 may write otherwise but every version must read.
std::string Golden(std::string_view name, std::string_view bytes);

// Whether `bytes` are those of the golden file; on a difference fails with both.
void CheckGolden(std::string_view name, std::string_view bytes);

}  // namespace perdure::test
