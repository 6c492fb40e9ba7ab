#include "rtlib/engine/record_hash.h"

#include "rtlib/base/bytes.h"
#include "rtlib/base/hash.h"

namespace perdure {

namespace {

TextHash HashOf(std::string_view text) { return {text.size(), Hash64(text)}; }

}  // namespace

uint64_t EventHash(const EventRecord& event, uint64_t previous_hash) {
  return EventHash(event, HashOf(event.delta), previous_hash);
}

uint64_t EventHash(const EventRecord& event, TextHash delta, uint64_t previous_hash) {
  // Long fields go in by their own hash, so that nothing large is copied.
  std::string fields;
  fields.reserve(128 + event.input.size() + event.result.size());
  ByteWriter writer(&fields);
  writer.U64(event.seq);
  writer.U8(static_cast<uint8_t>(event.kind));
  writer.U8(static_cast<uint8_t>(event.outcome));
  writer.I64(event.time_us);
  writer.U32(event.chunks);
  writer.Varint(event.earlier_count);
  writer.Bytes(event.input);
  writer.Bytes(event.result);
  for (const TextHash& text : {delta, HashOf(event.effects), HashOf(event.outlet),
                               HashOf(event.globals), HashOf(event.earlier)}) {
    writer.Varint(text.bytes);
    writer.U64(text.hash);
  }
  return Hash64(fields, previous_hash);
}

uint64_t HeaderHash(const StateHeader& header) {
  std::string fields;
  ByteWriter writer(&fields);
  writer.U32(header.format_version);
  writer.Raw(header.module_hash, sizeof(header.module_hash));
  writer.Bytes(header.program_name);
  writer.Bytes(header.compiler);
  writer.I64(header.created_us);
  for (const ImageHeader* image : {&header.base, &header.past}) {
    writer.U64(image->seq);
    writer.U64(image->hash);
    writer.U64(image->folding_seq);
    writer.U64(image->chunks);
    writer.U64(image->digest);
  }
  writer.U64(header.sealed_seq);
  writer.U64(header.sealed_hash);
  writer.U64(header.released_seq);
  return Hash64(fields);
}

}  // namespace perdure
