// The seam itself, without the loop above it: a backend, polled by the test, and a record of what
// it completed. Checks with every completion what backend.h promises of all of them.
#ifndef SLUICE_TESTS_CONFORMANCE_SEAM_H_
#define SLUICE_TESTS_CONFORMANCE_SEAM_H_

#include <gtest/gtest.h>

#include <map>
#include <memory>
#include <string>
#include <vector>

#include "absl/functional/function_ref.h"
#include "reactor/backend/backend.h"
#include "tests/conformance/fixture.h"

namespace sluice::test {

// One completion, its bytes copied.
struct Event {
  Token token = 0;
  Operation operation = Operation::kReceive;
  bool more = false;
  int32_t result = 0;
  int32_t first_error = 0;
  Socket accepted;
  std::string bytes;
};

class SeamTest : public testing::TestWithParam<BackendCase> {
 protected:
  void SetUp() override;
  // Every lent buffer goes back first; then the backend goes, and with it every descriptor.
  void TearDown() override;

  // Made on first use from `backend_options`.
  Backend& backend();

  // Polls until `done`; false when it was not within kPatience.
  bool PollUntil(absl::FunctionRef<bool()> done);
  void PollOnce(Duration wait = Duration(0));
  void Settle();
  // Returns held buffers, whose bytes must be what they were.
  void ReleaseHeld();

  // The events of a token and operation, oldest first.
  std::vector<Event> Events(Token token, Operation operation) const;
  size_t Count(Token token, Operation operation) const { return Events(token, operation).size(); }
  // What a token has received so far.
  std::string Received(Token token) const;

  struct Pipe {
    Socket client;
    Socket server;
  };
  // A connected pair, the client under this token.
  Pipe Connected(Token client);
  Socket Listening(int backlog = 128);
  void Send(Socket socket, std::string_view bytes, Token token);
  // What was done at once is an event, too.
  void SendSpans(Socket socket, absl::Span<const iovec> spans, Token token);
  // Sends everything, offering again what was not taken.
  void SendAll(Socket socket, const std::string& bytes, Token token);

  BackendOptions backend_options;
  bool hold_buffers = false;                          // keep them until ReleaseHeld
  std::function<void(const Completion&)> on_receive;  // before its buffer is released
  std::vector<Event> events;

 private:
  struct Held {
    BufferId buffer;
    const char* data;
    std::string copy;
  };

  void Record(const Completion& completion);

  std::unique_ptr<Backend> backend_;
  std::vector<Held> held_;
  std::map<Token, bool> closed_;
  Token next_token_ = 1'000'000;
  int descriptors_before_ = 0;
};

}  // namespace sluice::test

#endif  // SLUICE_TESTS_CONFORMANCE_SEAM_H_
