#include "tools/text/converter.h"

#include <strings.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <utility>

#include "protocols/utf8.h"
#include "reactor/base/check.h"

namespace sluice::text {
namespace {

using namespace std::string_view_literals;

constexpr const char* kBetween = "UTF-32LE";
constexpr size_t kUnitBytes = 4;  // of a character in between
constexpr std::string_view kUnknownCharacter = "\xfd\xff\0\0"sv;
constexpr std::string_view kQuestionMark = "?\0\0\0"sv;
// More than the longest character and the longest escape sequence of any encoding has.
constexpr size_t kIncompleteMax = 16;
constexpr size_t kNameBytesMax = 64;

constexpr size_t kFailed = static_cast<size_t>(-1);

// One call of iconv(3). `in` shrinks by what was taken; what came out is `out` up to *out_size.
// Returns 0, or why it stopped: E2BIG, EILSEQ, EINVAL.
int Step(iconv_t handle, std::string_view& in, char* out, size_t out_max, size_t* out_size) {
  char* from = const_cast<char*>(in.data());  // iconv's signature; it does not write there
  size_t from_left = in.size();
  char* to = out;
  size_t to_left = out_max;
  const size_t result = iconv(handle, &from, &from_left, &to, &to_left);
  const int error = result == kFailed ? errno : 0;
  in.remove_prefix(in.size() - from_left);
  *out_size = out_max - to_left;
  return error;
}

// How the text ends in this encoding; the handle is then as new.
size_t Flush(iconv_t handle, char* out, size_t out_max) {
  size_t left = out_max;
  iconv(handle, nullptr, nullptr, &out, &left);
  return out_max - left;
}

// What a whole text takes; 0 when it holds what the encoding lacks.
size_t EncodedBytes(iconv_t handle, std::string_view utf32) {
  std::array<char, 64> bytes;
  size_t size = 0;
  const int error = Step(handle, utf32, bytes.data(), bytes.size(), &size);
  size += Flush(handle, bytes.data() + size, bytes.size() - size);
  return error == 0 ? size : 0;
}

bool IsUtf8Name(const std::string& name) {
  return strcasecmp(name.c_str(), "utf-8") == 0 || strcasecmp(name.c_str(), "utf8") == 0;
}

// Bytes of UTF-8 that begin a character and do not end it count as one that is no character: so do
// browsers and Python (the Unicode Standard, 3.9, "maximal subparts").
size_t BrokenUtf8Bytes(std::string_view bytes) {
  Utf8Validator character;
  size_t size = 0;
  while (size < bytes.size() && character.Take(bytes.substr(size, 1))) ++size;
  return std::max<size_t>(size, 1);
}

}  // namespace

absl::Status CheckEncoding(std::string_view name) {
  return Converter::Create(name, "UTF-8").status();
}

bool EndsLinesAsAscii(std::string_view name) {
  absl::StatusOr<Converter> converter = Converter::Create("UTF-8", name);
  return converter.ok() && converter->ConvertAll("\n") == "\n";
}

absl::StatusOr<Converter> Converter::Create(std::string_view from, std::string_view to) {
  for (std::string_view name : {from, to}) {
    // A slash begins iconv's own directions (//IGNORE), and no name is the locale's encoding.
    const bool plausible =
        !name.empty() && name.size() <= kNameBytesMax && name.find_first_of("/\0"sv) == name.npos;
    if (plausible && Open(name, kBetween) && Open(kBetween, name)) continue;
    return absl::InvalidArgumentError("unknown encoding \"" + std::string(name) + "\": it wants " +
                                      std::string(kEncodingWanted));
  }
  return Converter(Open(from, kBetween), Open(kBetween, to), from);
}

Converter::Handle Converter::Open(std::string_view from, std::string_view to) {
  const iconv_t handle = iconv_open(std::string(to).c_str(), std::string(from).c_str());
  return Handle(handle == reinterpret_cast<iconv_t>(-1) ? nullptr : handle);
}

Converter::Converter(Handle decode, Handle encode, std::string_view from)
    : decode_(std::move(decode)), encode_(std::move(encode)) {
  SLUICE_CHECK(decode_ && encode_, "iconv opens what it opened before");
  from_utf8_ = IsUtf8Name(std::string(from));
  const Handle back = Open(kBetween, from);
  // The difference is without what such a text may begin with, a byte order mark.
  from_unit_bytes_ =
      EncodedBytes(back.get(), "?\0\0\0?\0\0\0"sv) - EncodedBytes(back.get(), kQuestionMark);
  const bool has_unknown = EncodedBytes(encode_.get(), kUnknownCharacter) > 0;
  replacement_ = has_unknown ? kUnknownCharacter : kQuestionMark;
}

void Converter::Convert(std::string_view piece, std::string& out) {
  if (incomplete_.empty()) return Decode(piece, out);
  std::string joined = std::move(incomplete_);
  incomplete_.clear();
  joined += piece;
  Decode(joined, out);
}

void Converter::Finish(std::string& out) {
  if (!incomplete_.empty()) Replace(out);
  incomplete_.clear();
  std::array<char, 64> bytes;
  Encode({bytes.data(), Flush(decode_.get(), bytes.data(), bytes.size())}, out);
  out.append(bytes.data(), Flush(encode_.get(), bytes.data(), bytes.size()));
}

std::string Converter::ConvertAll(std::string_view text) {
  std::string out;
  Convert(text, out);
  Finish(out);
  return out;
}

void Converter::Decode(std::string_view bytes, std::string& out) {
  std::array<char, 256 * kUnitBytes> block;
  while (!bytes.empty()) {
    size_t size = 0;
    const int error = Step(decode_.get(), bytes, block.data(), block.size(), &size);
    Encode({block.data(), size}, out);
    if (error == EINVAL && bytes.size() <= kIncompleteMax) {
      incomplete_ = bytes;
      return;
    }
    if (error == EILSEQ || error == EINVAL) {
      Replace(out);
      bytes.remove_prefix(BrokenBytes(bytes));
    }
  }
}

size_t Converter::BrokenBytes(std::string_view bytes) const {
  if (from_utf8_) return BrokenUtf8Bytes(bytes);
  return std::clamp<size_t>(from_unit_bytes_, 1, bytes.size());
}

void Converter::Encode(std::string_view utf32, std::string& out) {
  std::array<char, 1024> block;
  while (!utf32.empty()) {
    size_t size = 0;
    const int error = Step(encode_.get(), utf32, block.data(), block.size(), &size);
    out.append(block.data(), size);
    if (error == 0 || error == E2BIG) continue;
    // Towards an encoding that lacks even the question mark nothing stands in its place.
    if (utf32.substr(0, kUnitBytes) != replacement_) Replace(out);
    utf32.remove_prefix(kUnitBytes);
  }
}

void Converter::Replace(std::string& out) {
  ++replaced_;
  Encode(replacement_, out);
}

}  // namespace sluice::text
