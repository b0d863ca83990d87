#include "apps/files/lister.h"

#include <utility>

#include "apps/files/names.h"
#include "reactor/loop.h"
#include "tools/text/harmless.h"

namespace sluice::files {
namespace {

// A server that never ends its list must not fill our memory.
constexpr size_t kEntriesMax = 1'000'000;
constexpr size_t kNameBytesMax = 64 << 20;

}  // namespace

void Lister::OnOpen(Connection& connection) {
  Frame hello;
  hello.type = FrameType::kHello;
  hello.name = std::string(kProtocol);
  hello.hash_kind = static_cast<uint8_t>(HashKind::kXxh3);
  Send(connection, hello);
  Frame list;
  list.type = FrameType::kList;
  list.name = name_;
  Send(connection, list);
}

void Lister::OnFrame(Connection& connection, Frame frame) {
  if (frame.type == FrameType::kEntry && listing_.entries.size() < kEntriesMax &&
      frame.name.size() <= kNameBytesMax - name_bytes_) {
    name_bytes_ += frame.name.size();
    listing_.entries.push_back(std::move(frame));
    return;
  }
  over_ = true;
  if (frame.type == FrameType::kEnd) {
    listing_.more = frame.flag;
    listing_.error.clear();
  } else if (frame.type == FrameType::kError) {
    listing_.error = "the server says: " +
                     std::string(TransferErrorText(static_cast<TransferError>(frame.code))) +
                     (frame.text.empty() ? "" : ": ") + text::Harmless(frame.text);
  } else if (frame.type == FrameType::kEntry) {
    listing_.error =
        "the server's list is too long: more than 1,000,000 entries or 64 MiB of names";
  } else {
    listing_.error = "the server's answer is not understood";
  }
  connection.Close();
}

void Lister::OnFailure(Connection&, TransferError, std::string_view text) {
  over_ = true;
  listing_.error = "what the server sends is not understood: " + std::string(text);
}

void Lister::OnClose(Connection& connection, CloseReason reason) {
  if (!over_) listing_.error = reason.ToString();
  connection.loop().Stop(Duration(0));
}

}  // namespace sluice::files
