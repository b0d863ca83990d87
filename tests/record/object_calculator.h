// A server of objects: frames hold {"verb": "+", "values": [1, 2.5]} and are answered by
// {"known": true, "result": 3.5}, or by {"error": "too deep"}.
#ifndef SLUICE_TESTS_RECORD_OBJECT_CALCULATOR_H_
#define SLUICE_TESTS_RECORD_OBJECT_CALCULATOR_H_

#include <string>
#include <string_view>
#include <vector>

#include "protocols/length_prefix.h"
#include "protocols/message_pack.h"
#include "reactor/framed.h"

namespace sluice {

struct Sum {
  std::string verb;
  std::vector<double> values;
  MSGPACK_DEFINE_MAP(verb, values)
};

struct Result {
  bool known = false;
  double result = 0;
  MSGPACK_DEFINE_MAP(known, result)
};

struct Refusal {
  std::string error;
  MSGPACK_DEFINE_MAP(error)
};

inline std::string AnswerTo(std::string_view frame) {
  const MessagePackObject object = DecodeMessagePack(frame);
  if (!object.ok()) {
    return EncodeMessagePack(Refusal{std::string(MessagePackErrorName(object.error()))});
  }
  const std::optional<Sum> sum = object.As<Sum>();
  if (!sum) return EncodeMessagePack(Refusal{"no sum"});
  Result result{sum->verb == "+", 0};
  for (const double value : sum->values) result.result += value;
  return EncodeMessagePack(result);
}

inline HandlerFactory ObjectCalculator() {
  const LengthPrefixCodec frames;
  return FramedFactory(frames, [frames](Connection& client, std::string_view frame) {
    if (frames.Encode(AnswerTo(frame), client) != CodecError::kNone) client.Abort();
  });
}

}  // namespace sluice

#endif  // SLUICE_TESTS_RECORD_OBJECT_CALCULATOR_H_
