// One connection to an HTTP/1.1 server. It uses the parser directly, not Http1Client: a load wants
// its own connections, each with so many requests under way, and nothing between it and the server
// that would be measured along with it.
#ifndef SLUICE_TOOLS_LOAD_HTTP_CLIENT_H_
#define SLUICE_TOOLS_LOAD_HTTP_CLIENT_H_

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>

#include "protocols/http1_body.h"
#include "protocols/http1_parser.h"
#include "tools/load/connection_client.h"

namespace sluice::load {

// A connection that the server ends with an answer, by Connection: close or HTTP/1.0, is no
// failure: another one takes its place, and sends again what was not answered.
class HttpClient : public ConnectionClient {
 public:
  HttpClient(Driver& driver, uint32_t connection);

  size_t OnData(Connection& connection, std::string_view bytes) override;
  void OnEnd(Connection& connection) override;
  void OnClose(Connection& connection, CloseReason reason) override;

 private:
  size_t request_bytes() const override;
  void SendRequest(Connection& connection) override;
  // How many bytes it took; nothing: it needs more.
  std::optional<size_t> TakeHead(Connection& connection, std::string_view bytes);
  std::optional<size_t> TakeBody(Connection& connection, std::string_view bytes);
  void EndAnswer(Connection& connection);
  void FailMalformed(Connection& connection, Http1Error error);

  Http1ResponseParser parser_;
  std::optional<Http1Body> body_;  // of the answer whose head is complete
  uint16_t status_ = 0;
  bool keep_alive_ = true;
  bool replaced_ = false;  // by another connection, once this one is gone
  uint64_t answer_bytes_ = 0;
};

}  // namespace sluice::load

#endif  // SLUICE_TOOLS_LOAD_HTTP_CLIENT_H_
