#include "tools/load/frame.h"

#include <algorithm>

namespace sluice::load {
namespace {

// The number of equal bytes at the front of both, of which there are `size`.
size_t CommonPrefix(const char* a, const char* b, size_t size) {
  return static_cast<size_t>(std::mismatch(a, a + size, b).first - a);
}

}  // namespace

FrameLayout::FrameLayout(const LoadOptions& options) : payload_bytes(options.message_bytes) {
  if (options.transport == Transport::kDatagram) return;
  if (options.framing == Framing::kLine) suffix.push_back('\n');
  if (options.framing == Framing::kLength) {
    for (const int shift : {24, 16, 8, 0}) {
      prefix.push_back(static_cast<char>(payload_bytes >> shift & 0xff));
    }
  }
}

Alphabet RequestAlphabet(const LoadOptions& options) {
  const bool is_text = options.expect_upper || options.framing == Framing::kLine;
  return is_text ? Alphabet::kText : Alphabet::kBinary;
}

Alphabet AnswerAlphabet(const LoadOptions& options) {
  return options.expect_upper ? Alphabet::kUpperText : RequestAlphabet(options);
}

uint64_t StreamSeed(const LoadOptions& options, uint32_t connection) {
  return Prng(options.seed ^ (uint64_t{connection} << 32)).Next();
}

void FrameWriter::Write(char* out) {
  out += layout_.prefix.copy(out, layout_.prefix.size());
  payload_.Fill(out, layout_.payload_bytes);
  layout_.suffix.copy(out + layout_.payload_bytes, layout_.suffix.size());
}

FrameChecker::Checked FrameChecker::Check(std::string_view bytes) {
  Checked checked;
  while (checked.matched_bytes < bytes.size()) {
    const Part part = MatchPart(bytes.substr(checked.matched_bytes));
    checked.matched_bytes += part.matched_bytes;
    if (part.matched_bytes < part.compared_bytes) break;
    offset_ += part.matched_bytes;
    if (offset_ < layout_.bytes()) continue;
    ++checked.frames;
    offset_ = 0;
  }
  return checked;
}

FrameChecker::Part FrameChecker::MatchPart(std::string_view bytes) {
  const size_t prefix_end = layout_.prefix.size();
  const size_t payload_end = prefix_end + layout_.payload_bytes;
  if (offset_ >= prefix_end && offset_ < payload_end) {
    const size_t size = std::min(bytes.size(), payload_end - offset_);
    return {size, payload_.Match(bytes.data(), size)};
  }
  const bool in_prefix = offset_ < prefix_end;
  const std::string& part = in_prefix ? layout_.prefix : layout_.suffix;
  const size_t begin = offset_ - (in_prefix ? 0 : payload_end);
  const size_t size = std::min(bytes.size(), part.size() - begin);
  return {size, CommonPrefix(bytes.data(), part.data() + begin, size)};
}

}  // namespace sluice::load
