#include "tools/sim/trace_writer.h"

#include <cstring>
#include <string>

#include "absl/strings/escaping.h"
#include "absl/strings/string_view.h"
#include "reactor/sim/sim_events.h"

namespace sluice::simulate {
namespace {

constexpr size_t kShownBytes = 24;

std::string Shown(std::string_view payload) {
  const std::string_view front = payload.substr(0, kShownBytes);
  std::string text = "\"" + absl::CHexEscape(absl::string_view(front.data(), front.size())) + "\"";
  if (front.size() < payload.size()) text += "...";
  return text;
}

}  // namespace

void TraceWriter::Time(TimePoint time) {
  last_ = time;
  const int64_t since_start = (time - sim::EventQueue::kStart).count();
  std::fprintf(out_, "%lld.%09lld  ", static_cast<long long>(since_start / 1'000'000'000),
               static_cast<long long>(since_start % 1'000'000'000));
}

void TraceWriter::OnPacket(const sim::TracedPacket& packet) {
  Time(packet.time);
  std::fprintf(out_, "%s > %s  %s", packet.from->ToString().c_str(), packet.to->ToString().c_str(),
               std::string(packet.kind).c_str());
  if (!packet.payload.empty()) {
    std::fprintf(out_, " %zu  %s", packet.payload.size(), Shown(packet.payload).c_str());
  }
  std::fputc('\n', out_);
}

void TraceWriter::OnCompletion(const sim::TracedCompletion& completion) {
  Time(completion.time);
  std::fprintf(out_, "loop %u  slot %u  %s ", completion.backend,
               static_cast<uint32_t>(completion.token), std::string(completion.operation).c_str());
  if (completion.result < 0) {
    std::fprintf(out_, "%s\n", strerrorname_np(-completion.result));
  } else {
    std::fprintf(out_, "%d\n", completion.result);
  }
}

void TraceWriter::OnFault(TimePoint time, std::string_view name) {
  Time(time);
  std::fprintf(out_, "fault %s\n", std::string(name).c_str());
}

void TraceWriter::OnViolation(std::string_view rule) {
  Time(last_);
  std::fprintf(out_, "violation: %s\n", std::string(rule).c_str());
  std::fflush(out_);
}

}  // namespace sluice::simulate
