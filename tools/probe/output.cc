#include "tools/probe/output.h"

#include <chrono>
#include <cstdio>
#include <nlohmann/json.hpp>
#include <optional>

#include "tools/probe/escapes.h"
#include "tools/probe/event_view.h"
#include "tools/report/format.h"

namespace sluice::probe {
namespace {

// Every byte is part of a character: also of those that would steer a terminal, which JSON escapes.
std::optional<std::string> TextOf(std::string_view bytes, Characters& characters) {
  std::string text;
  for (const Character& character : characters.Read(bytes)) {
    const std::string_view raw = bytes.substr(character.begin, character.size);
    if (!character.text.empty()) {
      text += character.text;
    } else if (raw.size() == 1 && static_cast<unsigned char>(raw[0]) < 0x80) {
      text += raw;
    } else {
      return std::nullopt;
    }
  }
  return text;
}

double Seconds(Duration duration) {
  return std::chrono::duration<double>(duration).count();
}

std::string Spelt(const Traffic& traffic, const char* what) {
  return report::FormatCounted(traffic.chunks, "chunk") + ", " +
         report::FormatCounted(traffic.bytes, "byte") + " " + what;
}

// In ASCII: paths of unix-domain sockets may hold anything, and somebody may read it at a terminal.
std::string Printed(const nlohmann::ordered_json& json) {
  return json.dump(-1, ' ', /*ensure_ascii=*/true, nlohmann::json::error_handler_t::replace);
}

}  // namespace

void PrintLine(const std::string& line) {
  std::fputs((line + "\n").c_str(), stdout);
  std::fflush(stdout);
}

bool OutputBroken() {
  return std::ferror(stdout) != 0;
}

std::vector<std::string> PlainOutput::Lines(const Event& event) {
  // Said by a line of its own, which all servers have.
  if (event.kind == EventKind::kListening) return {};
  return EventLines(event, characters_, options_);
}

std::vector<std::string> JsonOutput::Lines(const Event& event) {
  nlohmann::ordered_json json = {{"event", EventName(event.kind)},
                                 {"time", UtcText(event.time)},
                                 {"delta_s", Seconds(event.delta)}};
  if (event.peer != 0) json["peer"] = event.peer;
  if (event.peer != 0 || event.kind == EventKind::kListening) {
    json["local"] = event.local.ToString();
  }
  if (event.peer != 0 || event.chunk != 0) json["remote"] = event.remote.ToString();
  if (event.chunk != 0) {
    json["chunk"] = event.chunk;
    json["bytes"] = event.bytes.size();
    if (event.wire_bytes != event.bytes.size()) json["wire_bytes"] = event.wire_bytes;
    json["hex"] = HexOf(event.bytes);
    if (const std::optional<std::string> text = TextOf(event.bytes, characters_)) {
      json["text"] = *text;
    }
  }
  if (!event.text.empty()) json["what"] = event.text;
  return {Printed(json)};
}

std::string SummaryText(const Journal& journal) {
  return "-- " + Spelt(journal.received(), "received") + "; " + Spelt(journal.sent(), "sent") +
         "; " + report::FormatDuration(journal.age());
}

std::string SummaryJson(const Journal& journal) {
  return Printed({{"event", "summary"},
                  {"chunks_received", journal.received().chunks},
                  {"bytes_received", journal.received().bytes},
                  {"chunks_sent", journal.sent().chunks},
                  {"bytes_sent", journal.sent().bytes},
                  {"duration_s", Seconds(journal.age())}});
}

}  // namespace sluice::probe
