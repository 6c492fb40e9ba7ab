#include "rtlib/state/effects.h"

#include "rtlib/base/bytes.h"
#include "rtlib/base/check.h"

namespace perdure {

std::string EncodeEffects(const std::vector<perdure_effect>& effects) {
  std::string encoded;
  ByteWriter writer(&encoded);
  for (size_t i = 0; i < effects.size();) {
    const int fd = effects[i].fd;
    PERDURE_CHECK(fd == 1 || fd == 2, "effect on an unknown descriptor");
    size_t end = i;
    uint64_t length = 0;
    while (end < effects.size() && effects[end].fd == fd) length += effects[end++].bytes.size();
    if (length != 0) {
      writer.U8(static_cast<uint8_t>(fd));
      writer.Varint(length);
      for (; i < end; ++i) writer.Raw(effects[i].bytes);
    }
    i = end;
  }
  return encoded;
}

Result<std::vector<perdure_effect>> DecodeEffects(std::string_view encoded) {
  std::vector<perdure_effect> effects;
  ByteReader reader(encoded);
  while (!reader.AtEnd()) {
    const uint8_t fd = reader.U8();
    const std::string_view bytes = reader.Bytes();
    if (!reader.ok() || (fd != 1 && fd != 2) || bytes.empty()) {
      return Status(StatusCode::kCorrupt, "an event's effects do not decode");
    }
    effects.push_back({fd, std::string(bytes)});
  }
  return effects;
}

}  // namespace perdure
