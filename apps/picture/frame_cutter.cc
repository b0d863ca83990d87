#include "apps/picture/frame_cutter.h"

#include <algorithm>
#include <optional>
#include <utility>

#include "absl/strings/numbers.h"
#include "apps/picture/erasure_code.h"
#include "reactor/base/check.h"

namespace sluice::picture {
namespace {

std::optional<size_t> Number(std::string_view text) {
  uint32_t number = 0;
  if (!absl::SimpleAtoi(absl::string_view(text.data(), text.size()), &number)) return std::nullopt;
  return number;
}

// Fills the parity parts' payloads. Each slot is `stride` bytes: a header's room and a payload,
// which for the last data part ends in zeros.
void AddParity(const FrameShape& shape, char* slots, size_t stride) {
  const auto payload = [&](size_t part) { return slots + part * stride + kPartHeaderBytes; };
  std::optional<ErasureCode> code;
  size_t code_data_parts = 0;
  for (size_t group = 0; group < shape.groups; ++group) {
    const size_t data_parts = shape.GroupDataParts(group);
    if (data_parts != code_data_parts) code.emplace(data_parts, shape.GroupParityParts());
    code_data_parts = data_parts;
    std::vector<const char*> data;
    std::vector<char*> parity;
    for (size_t nth = 0; nth < data_parts + shape.GroupParityParts(); ++nth) {
      char* at = payload(shape.PartOf(group, nth));
      if (nth < data_parts) {
        data.push_back(at);
      } else {
        parity.push_back(at);
      }
    }
    code->Encode(data, absl::MakeSpan(parity), shape.part_bytes);
  }
}

}  // namespace

absl::StatusOr<Parity> Parity::Parse(std::string_view text) {
  if (text.empty()) return Parity{};
  const size_t plus = text.find('+');
  std::optional<size_t> group, parity;
  if (plus != std::string_view::npos) {
    group = Number(text.substr(0, plus));
    parity = Number(text.substr(plus + 1));
  }
  if (!group || !parity || *group < 1 || *parity < 1 || *group + *parity > ErasureCode::kPartsMax) {
    return absl::InvalidArgumentError(
        "\"" + std::string(text) +
        "\" is not DATA+PARITY: give how many parts make a group and how many parity parts it "
        "gets, such as 10+2; together at most " +
        std::to_string(ErasureCode::kPartsMax));
  }
  return Parity{*group, *parity};
}

FrameShape FrameCutter::ShapeOf(uint64_t picture_bytes) const {
  FrameShape shape;
  shape.frame_bytes = static_cast<uint32_t>(picture_bytes);
  // A small picture needs no more room than it has: its parity is as small.
  shape.part_bytes = static_cast<uint16_t>(
      std::min<uint64_t>(picture_bytes, options_.datagram_bytes - kPartHeaderBytes));
  if (!options_.parity.wanted()) return shape;
  const size_t group_parts = options_.parity.group_parts;
  const size_t groups = (shape.data_parts() + group_parts - 1) / group_parts;
  shape.groups = static_cast<uint16_t>(groups);
  shape.parity_parts = static_cast<uint16_t>(groups * options_.parity.parity_parts);
  return shape;
}

absl::Status FrameCutter::Check(uint64_t picture_bytes) const {
  if (picture_bytes == 0) return absl::InvalidArgumentError("it is empty");
  const uint64_t payload = options_.datagram_bytes - kPartHeaderBytes;
  uint64_t parts = (picture_bytes + payload - 1) / payload;
  if (options_.parity.wanted()) {
    const uint64_t group_parts = options_.parity.group_parts;
    parts += (parts + group_parts - 1) / group_parts * options_.parity.parity_parts;
  }
  if (parts <= kPartsMax && picture_bytes <= UINT32_MAX) return absl::OkStatus();
  return absl::InvalidArgumentError(std::to_string(picture_bytes) + " bytes make " +
                                    std::to_string(parts) + " parts, and a frame has at most " +
                                    std::to_string(kPartsMax) +
                                    ": raise --datagram-bytes, or make the picture smaller");
}

CutFrame FrameCutter::Cut(std::string_view picture, uint64_t sequence) const {
  SLUICE_CHECK(Check(picture.size()).ok(), "Check before Cut");
  CutFrame frame;
  frame.shape_ = ShapeOf(picture.size());
  const FrameShape& shape = frame.shape_;
  frame.stride_ = kPartHeaderBytes + shape.part_bytes;
  frame.bytes_.assign(shape.parts() * frame.stride_, '\0');
  for (size_t part = 0; part < shape.data_parts(); ++part) {
    picture.substr(part * shape.part_bytes, shape.part_bytes)
        .copy(&frame.bytes_[part * frame.stride_ + kPartHeaderBytes], shape.part_bytes);
  }
  if (shape.parity_parts > 0) AddParity(shape, frame.bytes_.data(), frame.stride_);
  PartHeader header{options_.stream, sequence, HashOf(picture), shape, 0};
  for (size_t part = 0; part < shape.parts(); ++part) {
    header.part = static_cast<uint16_t>(part);
    WritePartHeader(header, &frame.bytes_[part * frame.stride_], shape.PayloadBytes(part));
  }
  return frame;
}

}  // namespace sluice::picture
