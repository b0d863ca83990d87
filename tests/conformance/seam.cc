#include "tests/conformance/seam.h"

#include "reactor/base/check.h"

namespace sluice::test {

void SeamTest::SetUp() {
  absl::StatusOr<BackendChoice> probe = GetParam().make({});
  if (!probe.ok()) GTEST_SKIP() << probe.status().ToString();
  probe->backend.reset();
  descriptors_before_ = OpenDescriptors();
}

void SeamTest::TearDown() {
  if (IsSkipped()) return;
  ReleaseHeld();
  backend_.reset();
  EXPECT_EQ(OpenDescriptors(), descriptors_before_) << "descriptors leaked (or closed twice)";
}

Backend& SeamTest::backend() {
  if (backend_ == nullptr) {
    absl::StatusOr<BackendChoice> choice = GetParam().make(backend_options);
    if (!choice.ok()) ADD_FAILURE() << choice.status().ToString();
    SLUICE_CHECK(choice.ok(), "a backend that worked before works again");
    backend_ = std::move(choice->backend);
  }
  return *backend_;
}

void SeamTest::Record(const Completion& completion) {
  Event event{completion.token,
              completion.operation,
              completion.more,
              completion.result,
              completion.first_error,
              completion.accepted,
              ""};
  EXPECT_FALSE(closed_[event.token]) << "the close completion is the last word with a token";
  closed_[event.token] = event.operation == Operation::kClose;
  EXPECT_NE(event.result, -ENOBUFS) << "running out of buffers never surfaces";
  const bool stream = completion.datagram == nullptr;
  if (event.operation == Operation::kReceive && stream && event.result <= 0) {
    EXPECT_FALSE(event.more) << "an end or an error is the last";
  }
  const bool stands = event.operation == Operation::kReceive ||
                      event.operation == Operation::kAccept ||
                      event.operation == Operation::kReadable;
  if (!stands) {
    EXPECT_FALSE(event.more) << "only accept, receive and watch stand";
  }
  if (event.result > 0 && event.operation == Operation::kReceive) {
    event.bytes.assign(completion.data, static_cast<size_t>(completion.result));
  }
  if (completion.buffer != kNoBuffer) {
    if (on_receive) on_receive(completion);
    if (hold_buffers) {
      held_.push_back({completion.buffer, completion.data, event.bytes});
    } else {
      backend_->ReleaseBuffer(completion.buffer);
    }
  }
  events.push_back(std::move(event));
}

void SeamTest::ReleaseHeld() {
  for (const Held& held : held_) {
    EXPECT_EQ(std::string_view(held.data, held.copy.size()), held.copy)
        << "bytes stay valid until ReleaseBuffer";
    backend_->ReleaseBuffer(held.buffer);
  }
  held_.clear();
}

bool SeamTest::PollUntil(absl::FunctionRef<bool()> done) {
  const TimePoint give_up = backend().Now() + kPatience;
  while (!done()) {
    if (backend().Now() >= give_up) return false;
    PollOnce(5ms);
  }
  return true;
}

void SeamTest::PollOnce(Duration wait) {
  for (const Completion& completion : backend().Poll(backend().Now() + wait)) Record(completion);
}

void SeamTest::Settle() {
  for (int i = 0; i < 20; ++i) PollOnce(1ms);
}

std::vector<Event> SeamTest::Events(Token token, Operation operation) const {
  std::vector<Event> found;
  for (const Event& event : events) {
    if (event.token == token && event.operation == operation) found.push_back(event);
  }
  return found;
}

std::string SeamTest::Received(Token token) const {
  std::string bytes;
  for (const Event& event : events) {
    if (event.token == token && event.operation == Operation::kReceive) bytes += event.bytes;
  }
  return bytes;
}

Socket SeamTest::Listening(int backlog) {
  ListenOptions options;
  options.backlog = backlog;
  absl::StatusOr<Socket> listener = backend().Listen(Loopback(), options);
  SLUICE_CHECK(listener.ok(), "a free port listens");
  return *listener;
}

SeamTest::Pipe SeamTest::Connected(Token client) {
  const Socket listener = Listening();
  const Token listening = next_token_++;
  Pipe pipe;
  backend().StartAccept(listener, listening, AcceptCount::kOne);
  pipe.client = backend().Connect(backend().LocalEndpoint(listener), {}, client);
  EXPECT_TRUE(PollUntil([&] {
    return Count(listening, Operation::kAccept) == 1 && Count(client, Operation::kConnect) == 1;
  }));
  EXPECT_EQ(Events(client, Operation::kConnect)[0].result, 0);
  pipe.server = Events(listening, Operation::kAccept)[0].accepted;
  backend().Close(listener, CloseMode::kOrderly, listening);
  EXPECT_TRUE(PollUntil([&] { return Count(listening, Operation::kClose) == 1; }));
  return pipe;
}

void SeamTest::Send(Socket socket, std::string_view bytes, Token token) {
  // The array may go as soon as the call returns.
  iovec span{const_cast<char*>(bytes.data()), bytes.size()};
  SendSpans(socket, absl::MakeConstSpan(&span, 1), token);
  span = {};
}

void SeamTest::SendSpans(Socket socket, absl::Span<const iovec> spans, Token token) {
  const int32_t result = backend().Send(socket, spans, MoreFollows::kNo, token);
  if (result == Backend::kUnderWay) return;
  Completion done;
  done.token = token;
  done.operation = Operation::kSend;
  done.result = result;
  Record(done);
}

void SeamTest::SendAll(Socket socket, const std::string& bytes, Token token) {
  for (size_t sent = 0; sent < bytes.size();) {
    const size_t before = Count(token, Operation::kSend);
    Send(socket, std::string_view(bytes).substr(sent), token);
    ASSERT_TRUE(PollUntil([&] { return Count(token, Operation::kSend) == before + 1; }));
    const int32_t result = Events(token, Operation::kSend).back().result;
    ASSERT_GT(result, 0);
    sent += static_cast<size_t>(result);
  }
}

}  // namespace sluice::test
