#include "tools/load/stream_client.h"

#include <algorithm>
#include <cstdio>

#include "reactor/loop.h"
#include "tools/load/driver.h"

namespace sluice::load {

StreamClient::StreamClient(Driver& driver, uint32_t connection)
    : ConnectionClient(driver, connection),
      writer_(driver.layout(), StreamSeed(driver.options(), connection),
              RequestAlphabet(driver.options())),
      checker_(driver.layout(), StreamSeed(driver.options(), connection),
               AnswerAlphabet(driver.options())) {}

size_t StreamClient::request_bytes() const {
  return driver_.layout().bytes();
}

void StreamClient::SendRequest(Connection& connection) {
  const size_t frame_bytes = request_bytes();
  writer_.Write(connection.Reserve(frame_bytes));
  connection.Commit(frame_bytes);
  unanswered_bytes_ += frame_bytes;
}

size_t StreamClient::OnData(Connection& connection, std::string_view bytes) {
  const size_t expected = std::min<uint64_t>(bytes.size(), unanswered_bytes_);
  const FrameChecker::Checked checked = checker_.Check(bytes.substr(0, expected));
  unanswered_bytes_ -= checked.matched_bytes;
  received_bytes_ += checked.matched_bytes;
  for (size_t i = 0; i < checked.frames; ++i) Answered(driver_.options().message_bytes);
  if (checked.frames > 0) GoOn(connection);
  if (checked.matched_bytes < bytes.size()) {
    FailMismatch(connection, checked.matched_bytes, bytes);
  }
  return bytes.size();
}

void StreamClient::FailMismatch(Connection& connection, size_t matched_bytes,
                                std::string_view bytes) {
  if (failed_) return;
  char text[160];
  if (unanswered_bytes_ == 0) {
    std::snprintf(text, sizeof(text), "connection %u received more than it sent (%llu bytes)",
                  number_, static_cast<unsigned long long>(received_bytes_));
  } else {
    std::snprintf(text, sizeof(text),
                  "byte %llu of the answers on connection %u is 0x%02x, which is not what was sent",
                  static_cast<unsigned long long>(received_bytes_), number_,
                  static_cast<unsigned>(static_cast<unsigned char>(bytes[matched_bytes])));
  }
  Fail(connection, Failure::kMismatch, text);
}

}  // namespace sluice::load
