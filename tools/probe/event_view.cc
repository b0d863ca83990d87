#include "tools/probe/event_view.h"

#include <chrono>
#include <cstdio>
#include <ctime>

#include "tools/report/format.h"
#include "tools/text/harmless.h"

namespace sluice::probe {
namespace {

constexpr int64_t kMicrosecond = 1'000;
constexpr int64_t kSecond = 1'000'000'000;

std::string WithMicroseconds(Duration since_1970, const char* format, bool utc) {
  const time_t seconds = since_1970.count() / kSecond;
  std::tm parts{};
  utc ? gmtime_r(&seconds, &parts) : localtime_r(&seconds, &parts);
  char text[40];
  const size_t size = std::strftime(text, sizeof(text), format, &parts);
  std::snprintf(text + size, sizeof(text) - size, ".%06lld",
                static_cast<long long>(since_1970.count() % kSecond / kMicrosecond));
  return text;
}

std::string DeltaText(Duration delta) {
  char text[40];
  std::snprintf(text, sizeof(text), "+%lld.%06lld", static_cast<long long>(delta.count() / kSecond),
                static_cast<long long>(delta.count() % kSecond / kMicrosecond));
  return text;
}

std::string PeerText(const Event& event) {
  const std::string number = event.peer == 0 ? "" : "#" + std::to_string(event.peer) + " ";
  return number + event.remote.ToString();
}

std::string SizeText(const Event& event) {
  std::string text = "chunk " + std::to_string(event.chunk) + ", " +
                     report::FormatCounted(event.bytes.size(), "byte");
  if (event.wire_bytes > event.bytes.size()) {
    text += " of " + report::FormatExact(event.wire_bytes) + ", the rest was cut off";
  }
  return text;
}

std::string HeadText(const Event& event) {
  switch (event.kind) {
    case EventKind::kListening:
      return "-- listening on " + event.local.ToString();
    case EventKind::kOpened:
      return "== " + PeerText(event) + "  open, here " + event.local.ToString();
    case EventKind::kReceived:
      return "<- " + PeerText(event) + "  " + SizeText(event);
    case EventKind::kSent:
      return "-> " + PeerText(event) + "  " + SizeText(event);
    case EventKind::kPeerEnded:
      return "<| " + PeerText(event) + "  ended its stream";
    case EventKind::kClosed:
      return "== " + PeerText(event) + "  closed: " + std::string(event.text);
    case EventKind::kNote:
      return "-- " + std::string(event.text);
    case EventKind::kError:
      return "!! " + std::string(event.text);
  }
  return "";
}

}  // namespace

std::string ClockText(Duration since_1970) {
  return WithMicroseconds(since_1970, "%H:%M:%S", /*utc=*/false);
}

std::string UtcText(Duration since_1970) {
  return WithMicroseconds(since_1970, "%Y-%m-%dT%H:%M:%S", /*utc=*/true) + "Z";
}

std::vector<std::string> EventLines(const Event& event, Characters& characters,
                                    const ChunkViewOptions& options) {
  // Names of unix-domain sockets may hold anything.
  std::vector<std::string> lines = {ClockText(event.time) + " " + DeltaText(event.delta) + "  " +
                                    text::Harmless(HeadText(event))};
  if (event.kind == EventKind::kReceived || event.kind == EventKind::kSent) {
    for (std::string& line : ChunkLines(event.bytes, characters, options)) {
      lines.push_back(std::move(line));
    }
  }
  return lines;
}

}  // namespace sluice::probe
