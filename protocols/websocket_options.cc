#include "protocols/websocket_options.h"

#include "protocols/http1_lists.h"

namespace sluice {
namespace {

absl::Status Invalid(const std::string& words) {
  return absl::InvalidArgumentError(words);
}

bool Within(int value, int least, int most) {
  return value >= least && value <= most;
}

absl::Status ValidateCompression(const WebSocketCompression& compression) {
  const WebSocketDeflate& terms = compression.terms;
  // 8 bits zlib cannot do; agreed to by a peer's wish they are kept by not compressing.
  if (!Within(terms.server_max_window_bits, 9, 15) ||
      !Within(terms.client_max_window_bits, 9, 15)) {
    return Invalid("WebSocketCompression::terms: window bits are 9 to 15");
  }
  if (!Within(compression.level, 1, 9)) {
    return Invalid("WebSocketCompression::level: 1 to 9, not " + std::to_string(compression.level));
  }
  if (!Within(compression.memory_level, 1, 9)) {
    return Invalid("WebSocketCompression::memory_level: 1 to 9, not " +
                   std::to_string(compression.memory_level));
  }
  return absl::OkStatus();
}

absl::Status ValidateSubprotocols(const std::vector<std::string>& subprotocols) {
  for (const std::string& name : subprotocols) {
    if (!http1::IsToken(name)) {
      return Invalid("a WebSocket subprotocol is a token of HTTP, not \"" + name + "\"");
    }
  }
  return absl::OkStatus();
}

absl::Status ValidateField(const WebSocketField& field) {
  if (!http1::IsToken(field.name)) return Invalid("\"" + field.name + "\" names no HTTP field");
  if (http1::HasControl(field.value)) {
    return Invalid("the value of the field " + field.name + " has a control byte");
  }
  return absl::OkStatus();
}

}  // namespace

absl::Status ValidateWebSocketOptions(const WebSocketServerOptions& options) {
  if (absl::Status status = ValidateCompression(options.socket.compression); !status.ok()) {
    return status;
  }
  return ValidateSubprotocols(options.subprotocols);
}

absl::Status ValidateWebSocketOptions(const WebSocketClientOptions& options) {
  if (absl::Status status = ValidateCompression(options.socket.compression); !status.ok()) {
    return status;
  }
  for (const WebSocketField& field : options.fields) {
    if (absl::Status status = ValidateField(field); !status.ok()) return status;
  }
  return ValidateSubprotocols(options.subprotocols);
}

}  // namespace sluice
