#include "rtlib/state/outlet.h"

#include "rtlib/base/bytes.h"

namespace perdure {

std::string EncodeOutlet(const Outlet& outlet) {
  std::string encoded;
  ByteWriter writer(&encoded);
  writer.Varint(outlet.released_seq);
  for (const OutletPlace& place : outlet.places) {
    writer.U8(place.is_file ? 1 : 0);
    if (!place.is_file) continue;
    writer.Varint(place.dev);
    writer.Varint(place.ino);
    writer.U64(place.born_ns);
    writer.Varint(place.offset);
  }
  writer.Bytes(outlet.ahead);
  return encoded;
}

Result<Outlet> DecodeOutlet(std::string_view encoded) {
  Outlet outlet;
  ByteReader reader(encoded);
  outlet.released_seq = reader.Varint();
  for (OutletPlace& place : outlet.places) {
    const uint8_t is_file = reader.U8();
    if (is_file > 1) reader.Fail();
    place.is_file = is_file == 1;
    if (!place.is_file) continue;
    place.dev = reader.Varint();
    place.ino = reader.Varint();
    place.born_ns = reader.U64();
    place.offset = reader.Varint();
  }
  outlet.ahead = reader.Bytes();
  if (reader.ok() && reader.AtEnd()) return outlet;
  return Status(StatusCode::kCorrupt, "what an event says of its output does not decode");
}

}  // namespace perdure
