// Fuzz target: scripts and escapes of sluice-probe are read or refused, never anything else; what
// was escaped is read back; a regular expression finds what it says it found; what is shown of any
// bytes steers no terminal.
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

#include "tools/probe/characters.h"
#include "tools/probe/chunk_view.h"
#include "tools/probe/escapes.h"
#include "tools/probe/script.h"

namespace sluice::probe {
namespace {

void Expect(bool holds) {
  if (!holds) std::abort();
}

void CheckEscapes(std::string_view input) {
  const std::string line = Escape(input);
  for (const char byte : line) Expect(byte >= ' ' && byte < '\x7f');
  const absl::StatusOr<std::string> back = Unescape(line);
  Expect(back.ok() && *back == input);
  if (const auto bytes = Unescape(input); bytes.ok()) Expect(bytes->size() <= input.size());
  if (const auto bytes = BytesFromHex(input); bytes.ok()) {
    Expect(*BytesFromHex(HexOf(*bytes)) == *bytes);
  }
}

void CheckScript(std::string_view input) {
  const auto script = ParseScript(input, [](std::string_view utf8) -> absl::StatusOr<std::string> {
    return std::string(utf8);
  });
  if (!script.ok()) return Expect(!script.status().message().empty());
  for (const Statement& statement : *script) {
    Expect(statement.line > 0 && statement.duration >= Duration(0));
    if (statement.regex == nullptr) continue;
    const Match match = FindRegex(*statement.regex, input);
    if (match.begin != std::string_view::npos) Expect(match.begin + match.size <= input.size());
  }
}

void CheckView(std::string_view input) {
  input = input.substr(0, 200);  // characters are looked up one by one, which takes its time
  static Characters utf8 = *Characters::Create("UTF-8");
  static Characters gbk = *Characters::Create("GBK");
  for (Characters* characters : {&utf8, &gbk}) {
    for (const View view : {View::kBoth, View::kText}) {
      for (const std::string& line : ChunkLines(input, *characters, {.view = view})) {
        for (const Character& shown : utf8.Read(line)) Expect(!shown.text.empty());
      }
    }
  }
}

}  // namespace
}  // namespace sluice::probe

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const std::string_view input(reinterpret_cast<const char*>(data), size);
  sluice::probe::CheckEscapes(input);
  sluice::probe::CheckScript(input);
  sluice::probe::CheckView(input);
  return 0;
}
