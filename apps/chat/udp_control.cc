#include "apps/chat/udp_control.h"

#include <charconv>

#include "absl/strings/str_format.h"

namespace sluice::chat {
namespace {

using namespace std::string_view_literals;

constexpr std::string_view kMagic = "\0chat"sv;
constexpr size_t kTokenDigits = 16;
static_assert(UdpControl::kBytes == kMagic.size() + 1 + kTokenDigits);

}  // namespace

std::string UdpControl::ToBytes() const {
  std::string bytes(kMagic);
  bytes += kind;
  bytes += kind == kAsk ? std::string(kTokenDigits, '0') : absl::StrFormat("%016x", token);
  return bytes;
}

std::optional<UdpControl> UdpControl::Parse(std::string_view bytes) {
  if (bytes.size() != kBytes || bytes.substr(0, kMagic.size()) != kMagic) return std::nullopt;
  UdpControl control;
  control.kind = static_cast<Kind>(bytes[kMagic.size()]);
  if ("?!=~+"sv.find(control.kind) == std::string_view::npos) return std::nullopt;
  const std::string_view digits = bytes.substr(kMagic.size() + 1);
  const auto [end, error] =
      std::from_chars(digits.data(), digits.data() + digits.size(), control.token, 16);
  if (error != std::errc() || end != digits.data() + digits.size() || digits.front() == '-') {
    return std::nullopt;
  }
  return control;
}

}  // namespace sluice::chat
