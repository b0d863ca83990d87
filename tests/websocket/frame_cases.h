// Raw frames, and what they come to: shared by the tests of the receiver, those of whole sessions
// on every backend, and the fuzz target's corpus.
#ifndef SLUICE_TESTS_WEBSOCKET_FRAME_CASES_H_
#define SLUICE_TESTS_WEBSOCKET_FRAME_CASES_H_

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "protocols/websocket_frame.h"

namespace sluice::websocket_test {

// The limits that the cases are about.
inline constexpr WebSocketLimits kCaseLimits = {.frame_bytes_max = 1000, .message_bytes_max = 1500};

struct FrameCase {
  std::string name;
  std::string input;   // from a client, or where the name starts with "FromServer" from a server
  std::string events;  // as in a transcript
  uint16_t close_code = 0;  // of the Close frame that answers; 0: none, and the connection stays
  bool deflate = false;

  WebSocketRole role() const {
    return name.rfind("FromServer", 0) == 0 ? WebSocketRole::kClient : WebSocketRole::kServer;
  }
};

std::vector<FrameCase> AllFrameCases();

// A frame as the bytes say: `first` is FIN, RSV and opcode; the length takes the fewest bytes.
// Masked as a client's is.
std::string Masked(uint8_t first, std::string_view payload);
std::string Unmasked(uint8_t first, std::string_view payload);

}  // namespace sluice::websocket_test

#endif  // SLUICE_TESTS_WEBSOCKET_FRAME_CASES_H_
