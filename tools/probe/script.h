// The language of probe scripts, and its parser. One statement a line; # begins a comment.
//
//   timeout 2s                    # of each expect from here on; 5 s at first
//   send "login alice\r\n"        # escapes as in --send
//   send-hex 01 02 ff
//   send-file picture.jpg
//   expect "welcome"              # somewhere in what came since the last match
//   expect-hex 0d 0a
//   expect-regex "id=([0-9]+)"    # RE2, on bytes; in its quotes a backslash is the expression's
//   expect-end                    # the peer ends its stream, or the connection
//   wait 500ms
//   half-close                    # end our stream, go on receiving
//   close
//   peer 2                        # a server: from here on with the second client
#ifndef SLUICE_TOOLS_PROBE_SCRIPT_H_
#define SLUICE_TOOLS_PROBE_SCRIPT_H_

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"
#include "reactor/base/time.h"
#include "tools/probe/escapes.h"

namespace re2 {
class RE2;
}  // namespace re2

namespace sluice::probe {

enum class StatementKind {
  kSend,  // also send-hex
  kSendFile,
  kExpect,  // also expect-hex
  kExpectRegex,
  kExpectEnd,
  kWait,
  kTimeout,
  kHalfClose,
  kClose,
  kPeer,
};

struct Statement {
  StatementKind kind = StatementKind::kWait;
  int line = 0;        // counted from 1
  std::string source;  // as written
  std::string bytes;   // kSend, kExpect; kSendFile: the name
  std::shared_ptr<const re2::RE2> regex;
  Duration duration{0};  // kWait, kTimeout
  int peer = 0;
};

inline constexpr size_t kScriptBytesMax = 1 << 20;
inline constexpr size_t kRegexBytesMax = 4096;

// InvalidArgument names the line and what is wrong with it.
absl::StatusOr<std::vector<Statement>> ParseScript(std::string_view text, EncodeText encode);

// Where the regular expression first matches, and how long it is there. {npos, 0}: nowhere. Takes
// time linear in `bytes`, whatever the expression.
struct Match {
  size_t begin = std::string_view::npos;
  size_t size = 0;
};
Match FindRegex(const re2::RE2& regex, std::string_view bytes);

}  // namespace sluice::probe

#endif  // SLUICE_TOOLS_PROBE_SCRIPT_H_
