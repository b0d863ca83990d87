#include "tests/websocket/frame_cases.h"

namespace sluice::websocket_test {
namespace {

using std::string_literals::operator""s;

constexpr char kKey[] = {'\x37', '\xfa', '\x21', '\x3d'};

std::string Head(uint8_t first, uint8_t mask_bit, size_t length) {
  std::string head(1, static_cast<char>(first));
  if (length < 126) return head + static_cast<char>(mask_bit | length);
  const int width = length <= 0xffff ? 2 : 8;
  head += static_cast<char>(mask_bit | (width == 2 ? 126 : 127));
  for (int byte = width - 1; byte >= 0; --byte) {
    head += static_cast<char>(static_cast<uint64_t>(length) >> (8 * byte) & 0xff);
  }
  return head;
}

std::string Close(uint16_t code, std::string_view reason = "") {
  std::string body = {static_cast<char>(code >> 8), static_cast<char>(code & 0xff)};
  return Masked(0x88, body.append(reason));
}

FrameCase Refused(std::string name, std::string input, std::string_view why, uint16_t code = 1002) {
  return {std::move(name), std::move(input), "error: " + std::string(why) + "\n", code};
}

void AddMessages(std::vector<FrameCase>* cases) {
  const std::string long_text(126, 'a');
  const std::string longest(1000, 'b');
  cases->insert(
      cases->end(),
      {{"EmptyText", Masked(0x81, ""), "text ''\n"},
       {"Text", Masked(0x81, "Hello"), "text 'Hello'\n"},
       {"Binary", Masked(0x82, "\x00\xff\x80"s), "binary '\\x00\\xff\\x80'\n"},
       {"LengthIn2Bytes", Masked(0x81, long_text), "text '" + long_text + "'\n"},
       {"LongestFrame", Masked(0x82, longest), "binary '" + longest + "'\n"},
       {"TwoMessages", Masked(0x81, "a") + Masked(0x82, "b"), "text 'a'\nbinary 'b'\n"},
       {"Fragments", Masked(0x01, "Hel") + Masked(0x00, "") + Masked(0x80, "lo"), "text 'Hello'\n"},
       {"EmptyFragments", Masked(0x02, "") + Masked(0x00, "") + Masked(0x80, ""), "binary ''\n"},
       {"PingBetweenFragments", Masked(0x01, "Hel") + Masked(0x89, "?") + Masked(0x80, "lo"),
        "ping '?'\ntext 'Hello'\n"},
       {"LongestPing", Masked(0x89, std::string(125, 'p')),
        "ping '" + std::string(125, 'p') + "'\n"},
       {"UnaskedPong", Masked(0x8a, "late"), "pong 'late'\n"},
       {"CharacterAcrossFragments", Masked(0x01, "\xe4\xb8") + Masked(0x80, "\xad"),
        "text '\\xe4\\xb8\\xad'\n"},
       {"LongestMessage", Masked(0x02, longest) + Masked(0x80, std::string(500, 'c')),
        "binary '" + longest + std::string(500, 'c') + "'\n"},
       {"FromServerText", Unmasked(0x81, "Hello"), "text 'Hello'\n"},
       {"FromServerFragments", Unmasked(0x01, "Hel") + Unmasked(0x89, "") + Unmasked(0x80, "lo"),
        "ping ''\ntext 'Hello'\n"}});
}

void AddFraming(std::vector<FrameCase>* cases) {
  cases->insert(
      cases->end(),
      {Refused("Rsv1WithoutCompression", Masked(0xc1, "a"), "reserved bit set"),
       Refused("Rsv2", Masked(0xa1, "a"), "reserved bit set"),
       Refused("Rsv3", Masked(0x91, "a"), "reserved bit set"),
       Refused("RsvOfPing", Masked(0xc9, "a"), "reserved bit set"),
       Refused("Opcode3", Masked(0x83, "a"), "reserved opcode"),
       Refused("Opcode7", Masked(0x87, "a"), "reserved opcode"),
       Refused("Opcode11", Masked(0x8b, "a"), "reserved opcode"),
       Refused("Opcode15", Masked(0x8f, "a"), "reserved opcode"),
       Refused("UnmaskedFrame", Unmasked(0x81, "a"), "unmasked frame from a client"),
       Refused("FromServerMasked", Masked(0x81, "a"), "masked frame from a server"),
       Refused("FragmentedPing", Masked(0x09, "a"), "fragmented control frame"),
       Refused("FragmentedClose", Masked(0x08, ""), "fragmented control frame"),
       Refused("PingOf126", Masked(0x89, std::string(126, 'p')),
               "control frame longer than 125 bytes"),
       Refused("CloseOf126", Masked(0x88, "\x03\xe8"s + std::string(124, 'r')),
               "control frame longer than 125 bytes"),
       Refused("ContinuationFirst", Masked(0x80, "a"), "continuation without a message"),
       {"ContinuationAfterMessage", Masked(0x81, "") + Masked(0x00, "a"),
        "text ''\nerror: continuation without a message\n", 1002},
       Refused("MessageWithinMessage", Masked(0x01, "a") + Masked(0x81, "b"),
               "new message within another"),
       Refused("125In2Bytes", "\x82\xfe\x00\x7d"s, "length in more bytes than it needs"),
       Refused("65535In8Bytes", "\x82\xff\x00\x00\x00\x00\x00\x00\xff\xff"s,
               "length in more bytes than it needs"),
       Refused("LengthOf64Bits", "\x82\xff\x80\x00\x00\x00\x00\x00\x00\x00"s,
               "length above 63 bits"),
       Refused("FrameTooBig", Masked(0x82, std::string(1001, 'a')), "frame too big", 1009),
       Refused("FrameFarTooBig", "\x82\xff\x7f\xff\xff\xff\xff\xff\xff\xff"s, "frame too big",
               1009),
       Refused("MessageTooBig",
               Masked(0x02, std::string(1000, 'a')) + Masked(0x80, std::string(501, 'a')),
               "message too big", 1009)});
  // What came before stands.
  cases->push_back({"BadBehindGood", Masked(0x81, "a") + Masked(0x83, "b"),
                    "text 'a'\nerror: reserved opcode\n", 1002});
}

void AddText(std::vector<FrameCase>* cases) {
  cases->insert(
      cases->end(),
      {Refused("OverlongSlash", Masked(0x81, "\xc0\xaf"), "text is not UTF-8", 1007),
       Refused("Surrogate", Masked(0x81, "\xed\xa0\x80"), "text is not UTF-8", 1007),
       Refused("AboveUnicode", Masked(0x81, "\xf4\x90\x80\x80"), "text is not UTF-8", 1007),
       Refused("CutCharacter", Masked(0x81, "\xe4\xb8"), "text is not UTF-8", 1007),
       Refused("CutAtTheLastFragment", Masked(0x01, "\xe4") + Masked(0x80, "\xb8"),
               "text is not UTF-8", 1007),
       // Known with its first byte, long before the message ends.
       Refused("FailsFast", Masked(0x01, "\xff"), "text is not UTF-8", 1007),
       Refused("FailsFastInSecondFragment", Masked(0x01, "\xf4") + Masked(0x00, "\x90"),
               "text is not UTF-8", 1007)});
}

void AddCloses(std::vector<FrameCase>* cases) {
  cases->push_back({"CloseWithoutCode", Masked(0x88, ""), "close 1005 ''\n", 1005});
  cases->push_back({"CloseNormal", Close(1000), "close 1000 ''\n", 1000});
  cases->push_back(
      {"CloseWithReason", Close(1001, "bye \xc3\xa9"), "close 1001 'bye \\xc3\\xa9'\n", 1001});
  cases->push_back({"CloseLongest", Close(1000, std::string(123, 'r')),
                    "close 1000 '" + std::string(123, 'r') + "'\n", 1000});
  cases->push_back(
      {"CloseWithinMessage", Masked(0x01, "a") + Close(1000), "close 1000 ''\n", 1000});
  cases->push_back(
      {"NothingBehindClose", Close(1000) + Masked(0x83, "x"), "close 1000 ''\n", 1000});
  for (const uint16_t code : {1003, 1007, 1011, 1014, 3000, 3999, 4000, 4999}) {
    cases->push_back({"Close" + std::to_string(code), Close(code),
                      "close " + std::to_string(code) + " ''\n", code});
  }
  for (const uint16_t code : {0, 999, 1004, 1005, 1006, 1015, 1016, 2000, 2999, 5000, 65535}) {
    cases->push_back(
        Refused("CloseBad" + std::to_string(code), Close(code), "close code that may not be sent"));
  }
  cases->push_back(Refused("CloseOfOneByte", Masked(0x88, "\x03"), "close body of one byte"));
  cases->push_back(
      Refused("CloseReasonNotUtf8", Close(1000, "\xff"), "close reason is not UTF-8", 1007));
}

FrameCase Compressed(FrameCase frame_case) {
  frame_case.deflate = true;
  return frame_case;
}

// The examples of RFC 7692 7.2.3, and what is wrong with others.
void AddCompressed(std::vector<FrameCase>* cases) {
  const std::string hello = "\xf2\x48\xcd\xc9\xc9\x07\x00"s;
  const std::string again = "\xf2\x00\x11\x00\x00"s;  // with the window of the first
  cases->push_back(Compressed({"DeflateHello", Masked(0xc1, hello), "text 'Hello'\n"}));
  cases->push_back(Compressed({"DeflateFragments",
                               Masked(0x41, hello.substr(0, 3)) + Masked(0x89, "") +
                                   Masked(0x00, "") + Masked(0x80, hello.substr(3)),
                               "ping ''\ntext 'Hello'\n"}));
  cases->push_back(Compressed({"DeflateTakeover", Masked(0xc1, hello) + Masked(0xc1, again),
                               "text 'Hello'\ntext 'Hello'\n"}));
  cases->push_back(
      Compressed({"DeflateStored", Masked(0xc1, "\x00\x05\x00\xfa\xff\x48\x65\x6c\x6c\x6f\x00"s),
                  "text 'Hello'\n"}));
  cases->push_back(Compressed(
      {"DeflateFinalBlock", Masked(0xc1, "\xf3\x48\xcd\xc9\xc9\x07\x00\x00"s), "text 'Hello'\n"}));
  cases->push_back(Compressed(
      {"DeflateTwoBlocks", Masked(0xc1, "\xf2\x48\x05\x00\x00\x00\xff\xff\xca\xc9\xc9\x07\x00"s),
       "text 'Hello'\n"}));
  cases->push_back(Compressed({"DeflateEmpty", Masked(0xc1, "\x00"s), "text ''\n"}));
  cases->push_back(Compressed({"DeflateNotUsed", Masked(0x81, "Hello"), "text 'Hello'\n"}));
  cases->push_back(Compressed(Refused("DeflateRsv1OfContinuation",
                                      Masked(0x41, hello) + Masked(0xc0, ""), "reserved bit set")));
  cases->push_back(Compressed(Refused("DeflateRsv1OfPing", Masked(0xc9, ""), "reserved bit set")));
  cases->push_back(Compressed(
      Refused("DeflateBadBlock", Masked(0xc1, "\x07"), "malformed compressed data", 1007)));
  cases->push_back(Compressed(
      Refused("DeflateCut", Masked(0xc1, "\xf2\x48\xcd"), "malformed compressed data", 1007)));
  cases->push_back(
      Compressed(Refused("DeflateNothing", Masked(0xc1, ""), "malformed compressed data", 1007)));
  cases->push_back(Compressed(
      Refused("DeflateNotUtf8", Masked(0xc1, "\xfa\x0f\x00"s), "text is not UTF-8", 1007)));
}

}  // namespace

std::string Masked(uint8_t first, std::string_view payload) {
  std::string frame = Head(first, 0x80, payload.size());
  frame.append(kKey, sizeof(kKey));
  for (size_t i = 0; i < payload.size(); ++i) frame += static_cast<char>(payload[i] ^ kKey[i % 4]);
  return frame;
}

std::string Unmasked(uint8_t first, std::string_view payload) {
  return Head(first, 0, payload.size()).append(payload);
}

std::vector<FrameCase> AllFrameCases() {
  std::vector<FrameCase> cases;
  AddMessages(&cases);
  AddFraming(&cases);
  AddText(&cases);
  AddCloses(&cases);
  AddCompressed(&cases);
  return cases;
}

}  // namespace sluice::websocket_test
