#include "apps/files/wire.h"

#include <utility>

#include "protocols/length_field.h"

namespace sluice::files {
namespace {

constexpr size_t kHashBytesMax = 32;

// Takes fields from the front of a message; after the first that is not there, none is good.
class Reader {
 public:
  explicit Reader(std::string_view bytes) : rest_(bytes) {}

  template <class Number>
  void Take(Number& number) {
    const LengthField field{sizeof(Number), ByteOrder::kBig};
    if (rest_.size() < sizeof(Number)) return Fail();
    number = static_cast<Number>(field.Load(rest_.data()));
    rest_.remove_prefix(sizeof(Number));
  }
  void Take(bool& flag) {
    uint8_t number = 0;
    Take(number);
    if (number > 1) return Fail();
    flag = number == 1;
  }
  void Take(std::string& text, size_t bytes_max) {
    uint16_t size = 0;
    Take(size);
    if (size > bytes_max || size > rest_.size()) return Fail();
    text = std::string(rest_.substr(0, size));
    rest_.remove_prefix(size);
  }

  bool read_all() const { return good_ && rest_.empty(); }
  bool good() const { return good_; }
  void Fail() {
    good_ = false;
    rest_ = {};
  }

 private:
  std::string_view rest_;
  bool good_ = true;
};

class Writer {
 public:
  template <class Number>
  void Take(Number number) {
    const LengthField field{sizeof(Number), ByteOrder::kBig};
    char bytes[sizeof(Number)];
    field.Store(bytes, static_cast<uint64_t>(number));
    out_.append(bytes, sizeof(Number));
  }
  void Take(const std::string& text, size_t bytes_max) {
    const std::string_view cut = std::string_view(text).substr(0, bytes_max);
    Take(static_cast<uint16_t>(cut.size()));
    out_ += cut;
  }
  void Fail() {}

  std::string out() && { return std::move(out_); }

 private:
  std::string out_;
};

template <class Io, class FrameOrConst>
void TakeFile(Io& io, FrameOrConst& frame) {
  io.Take(frame.name, kNameBytesCeiling);
  io.Take(frame.size);
  io.Take(frame.mode);
  io.Take(frame.modified_ns);
}

// The fields of each type in their order, for reading and for writing.
template <class Io, class FrameOrConst>
void TakeFields(Io& io, FrameOrConst& frame) {
  switch (frame.type) {
    case FrameType::kHello:
      io.Take(frame.name, kNameBytesCeiling);
      io.Take(frame.hash_kind);
      return;
    case FrameType::kList:
    case FrameType::kGet:
      io.Take(frame.name, kNameBytesCeiling);
      return;
    case FrameType::kPut:
    case FrameType::kFile:
      TakeFile(io, frame);
      io.Take(frame.hash, kHashBytesMax);
      return;
    case FrameType::kEntry:
      TakeFile(io, frame);
      io.Take(frame.flag);
      return;
    case FrameType::kEnd:
      io.Take(frame.flag);
      return;
    case FrameType::kHave:
      io.Take(frame.offset);
      io.Take(frame.hash, kHashBytesMax);
      return;
    case FrameType::kBegin:
      io.Take(frame.offset);
      return;
    case FrameType::kData:
      io.Take(frame.length);
      return;
    case FrameType::kDone:
      io.Take(frame.hash, kHashBytesMax);
      return;
    case FrameType::kStored:
    case FrameType::kWait:
      return;
    case FrameType::kError:
      io.Take(frame.code);
      io.Take(frame.text, kErrorTextBytesMax);
      return;
  }
  io.Fail();  // a type of a newer peer
}

}  // namespace

std::optional<Frame> ParseFrame(std::string_view message) {
  Reader reader(message);
  uint8_t type = 0;
  reader.Take(type);
  if (!reader.good()) return std::nullopt;
  Frame frame;
  frame.type = static_cast<FrameType>(type);
  TakeFields(reader, frame);
  if (!reader.read_all()) return std::nullopt;
  return frame;
}

std::string FormatFrame(const Frame& frame) {
  Writer writer;
  writer.Take(static_cast<uint8_t>(frame.type));
  TakeFields(writer, frame);
  return std::move(writer).out();
}

LengthPrefixCodec FrameCodec() {
  return *LengthPrefixCodec::Create({.width_bytes = 4, .message_bytes_max = kFrameBytesMax});
}

Frame ErrorFrame(TransferError error, std::string_view text) {
  Frame frame;
  frame.type = FrameType::kError;
  frame.code = static_cast<uint16_t>(error);
  frame.text = std::string(text.substr(0, kErrorTextBytesMax));
  return frame;
}

}  // namespace sluice::files
