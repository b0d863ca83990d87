// How our own programs show over UDP that they receive. A datagram that begins with a NUL byte is
// never text; the tutorials' programs neither send nor get one.
//
//   member                                room
//   NUL "chat?" 16 bytes of padding  ->                    I want to prove myself
//                                    <-  NUL "chat!" TOKEN  send this back
//   NUL "chat=" TOKEN                ->                    here it is; again now and then, as a
//   sign
//                                                          of life
//   NUL "chat~" TOKEN                ->                    I leave
//                                    <-  NUL "chat+" TOKEN  so it is noted
//
// TOKEN is 16 hexadecimal digits that the member cannot guess. No answer is longer than what it
// answers. A token that is not (any more) the member's is answered with the one that is.
#ifndef SLUICE_APPS_CHAT_UDP_CONTROL_H_
#define SLUICE_APPS_CHAT_UDP_CONTROL_H_

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace sluice::chat {

struct UdpControl {
  enum Kind : char { kAsk = '?', kToken = '!', kProof = '=', kLeave = '~', kNoted = '+' };
  static constexpr size_t kBytes = 22;  // of all of them

  Kind kind = kAsk;
  uint64_t token = 0;  // not of kAsk

  std::string ToBytes() const;
  // Nothing where it is none.
  static std::optional<UdpControl> Parse(std::string_view bytes);
  // Text never looks so: what does and is not whole is no text either.
  static bool Looks(std::string_view bytes) { return !bytes.empty() && bytes.front() == '\0'; }
};

}  // namespace sluice::chat

#endif  // SLUICE_APPS_CHAT_UDP_CONTROL_H_
