#include "rtlib/entry/info.h"

#include <utility>

#include "rtlib/base/text.h"
#include "rtlib/state/stack_verifier.h"
#include "rtlib/state/value_text.h"

namespace perdure {

namespace {

Report::Item FrameItem(const RunFrame& frame) {
  std::string text = frame.is_host_call ? "host call " : "function ";
  StrAppend(&text, frame.function);
  if (!frame.name.empty()) StrAppend(&text, " ", QuoteText(frame.name));
  const std::string_view site = frame.in_loop ? "loop" : "call";
  if (!frame.is_host_call) StrAppend(&text, ", at ", site, " ", frame.ordinal);
  const std::string name = frame.name.empty() ? "null" : JsonString(frame.name);
  std::string json = StrCat("{\"function\": ", frame.function, ", \"name\": ", name);
  if (!frame.is_host_call) StrAppend(&json, ", \"", site, "\": ", frame.ordinal);
  return {std::move(text), json + "}"};
}

// Of a command: whether a run is in progress and where it is.
void AddRun(const Info& info, Report* report) {
  report->Add("run", info.frames != 0 ? "in progress" : info.owes_exit ? "ended" : "none");
  report->Add("frames", info.frames);
  if (info.frames == 0) return;
  std::vector<Report::Item> items;
  for (const RunFrame& frame : info.stack) items.push_back(FrameItem(frame));
  report->AddList("stack", items);
}

}  // namespace

Report InfoReport(const perdure_program& program, const StatePath& state,
                  const std::optional<Info>& info) {
  Report report;
  report.Add("program", program.name);
  report.Add("compiler", program.compiler);
  report.Add("module_hash", Hex(std::string_view(reinterpret_cast<const char*>(program.module_hash),
                                                 sizeof program.module_hash)));
  report.Add("state", state.path);
  report.Add("state_from", state.source);
  report.AddFlag("state_exists", info.has_value());
  if (!info.has_value()) return report;
  report.Add("format_version", uint64_t{info->format_version});
  report.Add("created", info->created);
  report.Add("last_event", info->last_seq);
  report.Add("base_event", info->base_seq);
  report.Add("history_from", info->past_seq);
  report.Add("memory_bytes", info->memory_bytes);
  report.Add("state_bytes", info->state_bytes);
  report.Add("tracker", info->tracker);
  if (IsCommand(program)) AddRun(*info, &report);
  return report;
}

Report StatsReport(const Stats& stats) {
  Report report;
  report.Add("events", stats.events);
  report.Add("events_unchanged", stats.events_unchanged);
  report.Add("events_trapped", stats.events_trapped);
  report.Add("commits", stats.commits);
  report.AddTime("commit_ns", stats.commit_ns);
  report.AddTime("commit_ns_p50", stats.commit_ns_p50);
  report.AddTime("commit_ns_p99", stats.commit_ns_p99);
  report.AddTime("track_ns", stats.track_ns);
  report.AddTime("encode_ns", stats.encode_ns);
  report.AddTime("store_ns", stats.store_ns);
  report.Add("chunks_dirty", stats.chunks_dirty);
  report.Add("chunks_changed", stats.chunks_changed);
  report.Add("delta_bytes", stats.delta_bytes);
  report.Add("bytes_written", stats.bytes_written);
  report.Add("folds", stats.folds);
  report.AddTime("fold_ns", stats.fold_ns);
  report.Add("chunks_rolled_back", stats.chunks_rolled_back);
  report.AddTime("rollback_ns", stats.rollback_ns);
  report.AddTime("restore_ns", stats.restore_ns);
  report.Add("restored_chunks", stats.restored_chunks);
  report.Add("restored_events", stats.restored_events);
  return report;
}

}  // namespace perdure
