// ForEach: calls a function for many items in several processes.
#pragma once

#include <cstddef>
#include <functional>

namespace perdure::spec {

// Calls work(i) for each i below `count`, in ascending order, in `jobs` child processes that take
// the next item when they are through with one. Results go through files. False if a child died.
bool ForEach(size_t count, int jobs, const std::function<void(size_t)>& work);

}  // namespace perdure::spec
