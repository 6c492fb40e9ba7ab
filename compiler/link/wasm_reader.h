// Primitive encodings of the binary format, as ByteReader reads those of the state's. The
// difference: LEB128 here may be longer than it need be, and linkers write it so.
//
// What is read has been validated by the frontend; the reader is total all the same, and once it
// has failed it stays failed and returns zeros.
#pragma once

#include <cstdint>
#include <span>
#include <string_view>

namespace perdure {

class WasmReader {
 public:
  // `bytes` must outlive the reader and the views it returns.
  explicit WasmReader(std::span<const uint8_t> bytes)
      : text_(reinterpret_cast<const char*>(bytes.data()), bytes.size()) {}

  uint8_t Byte() {
    const std::string_view byte = Raw(1);
    return byte.empty() ? 0 : static_cast<uint8_t>(byte[0]);
  }

  // An integer of up to 64 bits, signed or not, as its bytes.
  std::string_view LebBytes() {
    const size_t begin = position_;
    for (int i = 0; i < 10; ++i) {
      if ((Byte() & 0x80) == 0) return text_.substr(begin, position_ - begin);
    }
    Fail();
    return {};
  }

  // An unsigned index or count.
  uint32_t U32() {
    uint64_t value = 0;
    int shift = 0;
    for (const char byte : LebBytes()) {
      if (shift < 64) value |= static_cast<uint64_t>(byte & 0x7f) << shift;
      shift += 7;
    }
    if (value > UINT32_MAX) Fail();
    return ok_ ? static_cast<uint32_t>(value) : 0;
  }

  std::string_view Raw(uint64_t length) {
    if (!ok_ || length > text_.size() - position_) {
      Fail();
      return {};
    }
    const std::string_view view = text_.substr(position_, static_cast<size_t>(length));
    position_ += static_cast<size_t>(length);
    return view;
  }
  std::string_view Bytes() { return Raw(U32()); }

  void Fail() {
    ok_ = false;
    position_ = text_.size();
  }
  bool ok() const { return ok_; }
  bool AtEnd() const { return position_ == text_.size(); }
  size_t position() const { return position_; }
  // What was read since `begin`, a former position().
  std::string_view Since(size_t begin) const { return text_.substr(begin, position_ - begin); }

 private:
  std::string_view text_;
  size_t position_ = 0;
  bool ok_ = true;
};

}  // namespace perdure
