// ByteWriter and ByteReader: the primitive encoding under every durable format.
//
// Integers are little endian; varints are unsigned LEB128 of at most 10 bytes, in their shortest
// form; byte strings are a varint length and the bytes.
//
// ByteReader is total: it never reads outside its input, and after the first failure it stays
// failed and returns zeros and empty views, so that a decoder may read a whole record and ask ok()
// once before it uses anything. It refuses varints that are not in shortest form: one value has one
// encoding, hence one hash.
#pragma once

#include <cstdint>
#include <cstring>
#include <string>
#include <string_view>

namespace perdure {

class ByteWriter {
 public:
  // Appends to *out, which must outlive the writer.
  explicit ByteWriter(std::string* out) : out_(out) {}

  void U8(uint8_t value) { out_->push_back(static_cast<char>(value)); }
  void U16(uint16_t value) { Fixed(value, 2); }
  void U32(uint32_t value) { Fixed(value, 4); }
  void U64(uint64_t value) { Fixed(value, 8); }
  void I64(int64_t value) { Fixed(static_cast<uint64_t>(value), 8); }
  void Varint(uint64_t value) {
    char raw[10];
    size_t length = 0;
    for (; value >= 0x80; value >>= 7) raw[length++] = static_cast<char>(value | 0x80);
    raw[length++] = static_cast<char>(value);
    out_->append(raw, length);
  }
  void Raw(const void* bytes, size_t length) {
    out_->append(static_cast<const char*>(bytes), length);
  }
  void Raw(std::string_view bytes) { out_->append(bytes); }
  void Bytes(std::string_view bytes) {
    Varint(bytes.size());
    Raw(bytes);
  }

  size_t size() const { return out_->size(); }

 private:
  void Fixed(uint64_t value, int bytes) {
    char raw[8];
    for (int i = 0; i < bytes; ++i) raw[i] = static_cast<char>(value >> (8 * i));
    out_->append(raw, static_cast<size_t>(bytes));
  }

  std::string* out_;
};

class ByteReader {
 public:
  // Reads from `input`, which must outlive the reader and the views it returns.
  explicit ByteReader(std::string_view input) : input_(input) {}

  uint8_t U8() { return static_cast<uint8_t>(Fixed(1)); }
  uint16_t U16() { return static_cast<uint16_t>(Fixed(2)); }
  uint32_t U32() { return static_cast<uint32_t>(Fixed(4)); }
  uint64_t U64() { return Fixed(8); }
  int64_t I64() { return static_cast<int64_t>(Fixed(8)); }

  uint64_t Varint() {
    uint64_t value = 0;
    for (int shift = 0; shift < 70; shift += 7) {
      const uint8_t byte = U8();
      if (!ok_) return 0;
      // The tenth byte holds bit 63 alone; a zero last byte (but for the value 0) is a longer form.
      if ((shift == 63 && byte > 1) || (shift > 0 && byte == 0)) return Fail();
      value |= static_cast<uint64_t>(byte & 0x7f) << shift;
      if ((byte & 0x80) == 0) return value;
    }
    return Fail();
  }

  std::string_view Raw(uint64_t length) {
    if (!ok_ || length > remaining()) {
      Fail();
      return {};
    }
    std::string_view view = input_.substr(position_, static_cast<size_t>(length));
    position_ += static_cast<size_t>(length);
    return view;
  }

  std::string_view Bytes() { return Raw(Varint()); }

  // Marks the input as bad (a value out of its range); returns 0 for use in expressions.
  uint64_t Fail() {
    ok_ = false;
    position_ = input_.size();
    return 0;
  }

  bool ok() const { return ok_; }
  bool AtEnd() const { return position_ == input_.size(); }
  size_t remaining() const { return input_.size() - position_; }
  size_t position() const { return position_; }

 private:
  uint64_t Fixed(int bytes) {
    const std::string_view raw = Raw(static_cast<uint64_t>(bytes));
    uint64_t value = 0;
    for (size_t i = 0; i < raw.size(); ++i) {
      value |= static_cast<uint64_t>(static_cast<uint8_t>(raw[i])) << (8 * i);
    }
    return value;
  }

  std::string_view input_;
  size_t position_ = 0;
  bool ok_ = true;
};

}  // namespace perdure
