#include "protocols/http1_events.h"

#include <algorithm>
#include <chrono>

namespace sluice {
namespace {

void AppendField(std::string_view name, std::string_view value, std::string* text) {
  text->append(name).append(": ").append(value).append("\n");
}

std::string OneLine(std::string_view value) {
  std::string line(value);
  std::replace_if(
      line.begin(), line.end(), [](char byte) { return byte == '\r' || byte == '\n' || byte == 0; },
      ' ');
  return line;
}

// CRLF, LF and CR each end a line.
void AppendData(std::string_view data, std::string* text) {
  for (;;) {
    const size_t end = data.find_first_of("\r\n");
    AppendField("data", data.substr(0, end), text);
    if (end == std::string_view::npos) return;
    data.remove_prefix(end + (data.substr(end, 2) == "\r\n" ? 2 : 1));
  }
}

}  // namespace

std::string EventText(const Http1Event& event) {
  std::string text;
  if (!event.event.empty()) AppendField("event", OneLine(event.event), &text);
  if (!event.id.empty()) AppendField("id", OneLine(event.id), &text);
  if (event.retry > Duration(0)) {
    const auto ms = std::chrono::duration_cast<std::chrono::milliseconds>(event.retry).count();
    AppendField("retry", std::to_string(ms), &text);
  }
  AppendData(event.data, &text);
  return text + "\n";
}

void BeginEvents(Http1Exchange& exchange) {
  exchange.AddHeader("Cache-Control", "no-store");
  exchange.Begin(200, "text/event-stream");
}

void WriteEvent(Http1Exchange& exchange, const Http1Event& event) {
  exchange.Write(EventText(event));
}

void WriteEventComment(Http1Exchange& exchange) {
  exchange.Write(":\n\n");
}

}  // namespace sluice
