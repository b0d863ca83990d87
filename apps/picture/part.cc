#include "apps/picture/part.h"

#include <xxhash.h>

#include "protocols/fixed_record.h"
#include "protocols/length_field.h"

namespace sluice::picture {
namespace {

constexpr std::string_view kMagic = "SLP1";
constexpr size_t kHashOffset = 4;
constexpr size_t kHashedOffset = 12;

// Walks over the fields; reading and writing are the same list of fields.
class Writer {
 public:
  explicit Writer(char* at) : at_(at) {}
  template <class T>
  void Field(T& value) {
    LengthField{sizeof(T), ByteOrder::kBig}.Store(at_, value);
    at_ += sizeof(T);
  }

 private:
  char* at_;
};

class Reader {
 public:
  explicit Reader(const char* at) : at_(at) {}
  template <class T>
  void Field(T& value) {
    value = static_cast<T>(LengthField{sizeof(T), ByteOrder::kBig}.Load(at_));
    at_ += sizeof(T);
  }

 private:
  const char* at_;
};

// What is behind the hash.
template <class Walker>
void Walk(Walker walker, PartHeader& header, uint16_t& data_parts) {
  walker.Field(header.stream);
  walker.Field(header.sequence);
  walker.Field(header.frame_hash);
  walker.Field(header.shape.frame_bytes);
  walker.Field(header.shape.part_bytes);
  walker.Field(header.part);
  walker.Field(data_parts);
  walker.Field(header.shape.parity_parts);
  walker.Field(header.shape.groups);
}

bool IsPossible(const Part& part, uint16_t data_parts) {
  const FrameShape& shape = part.header.shape;
  return shape.IsPossible() && shape.data_parts() == data_parts &&
         part.header.part < shape.parts() &&
         part.payload.size() == shape.PayloadBytes(part.header.part);
}

}  // namespace

uint64_t HashOf(std::string_view bytes) {
  return XXH3_64bits(bytes.data(), bytes.size());
}

void WritePartHeader(const PartHeader& header, char* datagram, size_t payload_bytes) {
  kMagic.copy(datagram, kMagic.size());
  PartHeader fields = header;
  auto data_parts = static_cast<uint16_t>(header.shape.data_parts());
  Walk(Writer(datagram + kHashedOffset), fields, data_parts);
  uint64_t hash =
      HashOf({datagram + kHashedOffset, kPartHeaderBytes - kHashedOffset + payload_bytes});
  Writer(datagram + kHashOffset).Field(hash);
}

Part ReadPart(std::string_view datagram) {
  Part part;
  if (datagram.substr(0, kMagic.size()) != kMagic) {
    part.error = PartError::kForeign;
    return part;
  }
  FixedRecordCodec records(kPartHeaderBytes);
  const Decoded<std::string_view> record = records.Decode(datagram);
  if (record.result != DecodeResult::kMessage) {
    part.error = PartError::kCorrupt;
    return part;
  }
  uint64_t hash = 0;
  Reader(record.message.data() + kHashOffset).Field(hash);
  if (hash != HashOf(datagram.substr(kHashedOffset))) {
    part.error = PartError::kCorrupt;
    return part;
  }
  uint16_t data_parts = 0;
  Walk(Reader(record.message.data() + kHashedOffset), part.header, data_parts);
  part.payload = datagram.substr(record.consumed);
  if (!IsPossible(part, data_parts)) part.error = PartError::kImpossible;
  return part;
}

}  // namespace sluice::picture
