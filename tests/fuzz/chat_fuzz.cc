// Fuzz target: a member of a chat room. Lines over TCP come to the same however they arrive, and
// whatever comes, over TCP or UDP, what the others get is lines of harmless text that nobody could
// take for another's.
//
// The first byte of the input chooses the transport and the encoding; over UDP the byte 0xfe ends a
// datagram.
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <string>
#include <string_view>
#include <vector>

#include "apps/chat/command.h"
#include "protocols/utf8.h"
#include "reactor/udp.h"
#include "tests/apps/chat_simulated.h"
#include "tests/codecs/split_driver.h"
#include "tests/fuzz/http1_fuzz.h"
#include "tools/text/harmless.h"

namespace sluice::chat_test {
namespace {

constexpr size_t kMessageBytesMax = 200;

sim::WorldOptions WorldOfOne() {
  sim::WorldOptions options;
  options.all_must_be_closed = false;  // the listener is not
  return options;
}

[[noreturn]] void Fail(const char* what, std::string_view line) {
  std::fprintf(stderr, "%s: %s\n", what, text::Harmless(line).c_str());
  std::abort();
}

void CheckLine(std::string_view line) {
  if (!IsUtf8(line)) Fail("not UTF-8", line);
  if (text::Harmless(line) != line) Fail("not harmless", line);
  for (const char* mark : {"-- ", "!! ", "* "}) {
    if (line.rfind(mark, 0) == 0) return;
  }
  const size_t name_end = line.find(": ");
  if (name_end == std::string_view::npos || name_end > chat::kNickBytesMax) {
    Fail("nobody's line", line);
  }
}

void CheckLines(std::string_view heard) {
  for (size_t end; (end = heard.find('\n')) != std::string_view::npos;) {
    CheckLine(heard.substr(0, end));
    heard.remove_prefix(end + 1);
  }
  if (!heard.empty()) Fail("half a line", heard);
}

class Trial {
 public:
  explicit Trial(bool gbk)
      : room_(WorldOfOne(), gbk ? "GBK" : "UTF-8", {.message_bytes_max = kMessageBytesMax},
              {.message_bytes_max = kMessageBytesMax}) {
    room_.Connect(observer_);
    room_.TurnUntil([&] { return room_.stats().entered == 1; });
  }

  // What the observer heard, and the speaker, who sends `pieces`, one a turn.
  std::string Tcp(const codec_test::Pieces& pieces) {
    const ConnectionId speaker = room_.Connect(speaker_);
    room_.Turn();
    for (const std::string_view piece : pieces) {
      room_.Say(speaker, piece);
      room_.Turn();
    }
    if (Connection* connection = room_.loop().Find(speaker)) connection->EndOutput();
    if (!room_.TurnUntil([&] { return speaker_.closed; })) Fail("no end", speaker_.received);
    Settle();
    return observer_.received + "\n" + speaker_.received;
  }

  std::string Udp(const codec_test::Pieces& datagrams) {
    const Endpoint any = *Endpoint::Parse("127.0.0.1:0");
    DatagramSocket* speaker = *room_.loop().Bind(any, {}, std::make_unique<Hears>());
    for (const std::string_view datagram : datagrams) {
      speaker->Send(room_.udp(), datagram);
      room_.Turn();
    }
    Settle();
    return observer_.received;
  }

 private:
  // Of no datagram comes a longer one: every one is what somebody sent, or the room's own.
  class Hears : public DatagramHandler {
    void OnDatagrams(DatagramSocket&, absl::Span<const Datagram> batch) override {
      for (const Datagram& datagram : batch) {
        if (datagram.bytes.size() > kMessageBytesMax) Fail("too long", datagram.bytes);
      }
    }
  };

  void Settle() {
    for (int turn = 0; turn < 30; ++turn) room_.Turn();
  }

  RawClient::Seen observer_;
  RawClient::Seen speaker_;
  SimulatedRoom room_;
};

codec_test::Pieces SplitAtByte(std::string_view input, char byte) {
  codec_test::Pieces pieces;
  while (true) {
    const size_t end = input.find(byte);
    pieces.push_back(input.substr(0, end));
    if (end == std::string_view::npos) return pieces;
    input.remove_prefix(end + 1);
  }
}

void Check(std::string_view input) {
  if (input.empty()) return;
  const auto choice = static_cast<unsigned char>(input[0]);
  input.remove_prefix(1);
  const bool gbk = (choice & 2) != 0;
  if ((choice & 1) != 0) {
    const std::string heard = Trial(gbk).Udp(SplitAtByte(input, '\xfe'));
    if (!gbk) CheckLines(heard);
    return;
  }
  const std::string whole = Trial(gbk).Tcp(codec_test::Whole(input));
  if (!gbk) CheckLines(whole.substr(0, whole.find("\n\n") + 1));
  Prng prng(http_test::SeedOf(input));
  const size_t piece_bytes_max = prng.Chance(1, 2) ? 3 : 1 + input.size() / 2;
  const auto pieces = codec_test::RandomSplit(input, piece_bytes_max, prng);
  http_test::ExpectSame("in pieces", Trial(gbk).Tcp(pieces), whole);
}

}  // namespace
}  // namespace sluice::chat_test

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  sluice::chat_test::Check({reinterpret_cast<const char*>(data), size});
  return 0;
}
