// Fuzz target: frames of sluice-files read back as they were written; a server given any bytes ends
// the connection, answers with well-formed frames and changes a file only where it says STORED; a
// client given any bytes comes to an end and leaves no file but one it says is there.
//
// The first byte of the input chooses the end that reads, and whether frame after frame comes, so
// that answers are waited for, or all at once.
#include <unistd.h>

#include <algorithm>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "apps/files/client.h"
#include "apps/files/server.h"
#include "protocols/length_field.h"
#include "reactor/loop.h"
#include "reactor/sim/sim_world.h"
#include "tests/fuzz/raw_client.h"

namespace sluice::files {
namespace {

namespace fs = std::filesystem;

[[noreturn]] void Abort(const char* what) {
  std::fprintf(stderr, "%s\n", what);
  std::abort();
}

uint64_t NumberAt(std::string_view bytes, size_t at) {
  return bytes.size() < at + 4 ? 0 : LengthField{4, ByteOrder::kBig}.Load(bytes.data() + at);
}

// The front frame with the body behind it, as their lengths have it; of garbage anything.
size_t FrontBytes(std::string_view bytes) {
  uint64_t size = 4 + NumberAt(bytes, 0);
  const bool data = bytes.size() > 4 && bytes[4] == static_cast<char>(FrameType::kData);
  if (data) size += NumberAt(bytes, 5);
  return std::min<uint64_t>(size, bytes.size());
}

std::vector<std::string_view> Pieces(std::string_view input, bool frame_by_frame) {
  if (!frame_by_frame) return {input};
  std::vector<std::string_view> pieces;
  while (!input.empty()) {
    pieces.push_back(input.substr(0, FrontBytes(input)));
    input.remove_prefix(pieces.back().size());
  }
  return pieces;
}

// Where no disk is waited for, if there is such a place.
fs::path Memory() {
  return access("/dev/shm", W_OK) == 0 ? fs::path("/dev/shm") : fs::temp_directory_path();
}

// A directory of this process, as new for each input.
class Folder {
 public:
  Folder() : path_(Memory() / ("sluice-files-fuzz-" + std::to_string(getpid()))) {
    fs::remove_all(path_);
    fs::create_directories(path_ / "root" / "sub");
    std::ofstream(path_ / "root" / "a") << kContent;
  }
  ~Folder() { fs::remove_all(path_); }

  std::string root() const { return path_ / "root"; }
  std::string content() const {
    std::ifstream file(path_ / "root" / "a");
    return std::string(std::istreambuf_iterator<char>(file), {});
  }
  // Files with names of their own.
  size_t count() const {
    size_t files = 0;
    for (const auto& entry : fs::recursive_directory_iterator(path_)) {
      const std::string name = entry.path().filename();
      files += entry.is_regular_file() && name.find(".part") == std::string::npos ? 1 : 0;
    }
    return files;
  }
  bool as_new() const { return count() == 1 && content() == kContent; }

  static constexpr std::string_view kContent = "hello, this is what was there before";

 private:
  fs::path path_;
};

sim::WorldOptions WorldOfOne() {
  sim::WorldOptions options;
  options.all_must_be_closed = false;  // the listener is not
  return options;
}

// Whether the server said STORED. What it says must be frames, and bodies as long as announced.
bool CheckAnswers(std::string_view answers) {
  LengthPrefixCodec codec = FrameCodec();
  bool stored = false;
  while (!answers.empty()) {
    const auto decoded = codec.Decode(answers);
    if (decoded.result != DecodeResult::kMessage) Abort("the server sends what is no frame");
    const std::optional<Frame> frame = ParseFrame(decoded.message);
    if (!frame.has_value()) Abort("the server sends a malformed frame");
    stored |= frame->type == FrameType::kStored;
    answers.remove_prefix(decoded.consumed);
    if (frame->type != FrameType::kData) continue;
    if (frame->length > answers.size()) Abort("the server cuts a body short");
    answers.remove_prefix(frame->length);
  }
  return stored;
}

void CheckServer(const std::vector<std::string_view>& pieces) {
  const Folder folder;
  const FileRoot root = *FileRoot::Open(folder.root());
  ServerOptions options;
  options.writable = true;
  options.receiving.sync = false;
  RawClient::Seen seen;
  sim::SimWorld world(WorldOfOne());
  Loop loop(world.MakeBackend(world.AddHost()));
  const auto turn = [&loop] { loop.Turn(loop.now() + std::chrono::milliseconds(1)); };
  ListenerOptions listening;
  listening.limits = ChannelLimits(std::chrono::seconds(60), std::chrono::seconds(60));
  const auto listener = loop.Listen(*Endpoint::Parse("127.0.0.1:0"), listening,
                                    ServerFactory(loop, root, options, nullptr));
  const ConnectionId client =
      loop.Connect((*listener)->endpoint(), {}, std::make_unique<RawClient>(seen));
  turn();
  for (const std::string_view piece : pieces) {
    if (Connection* connection = loop.Find(client)) connection->Send(piece);
    for (int turns = 0; turns < 6; ++turns) turn();  // it looks at the disk in between
  }
  if (Connection* connection = loop.Find(client)) connection->EndOutput();
  for (int turns = 0; turns < 20'000 && !seen.closed; ++turns) turn();
  if (!seen.closed) Abort("the connection does not end");
  if (!CheckAnswers(seen.received) && !folder.as_new()) Abort("a file changed, and no STORED");
}

// Says the input, frame by frame, whatever it hears.
class RawServer : public Handler {
 public:
  explicit RawServer(std::vector<std::string_view> pieces) : pieces_(std::move(pieces)) {}
  void OnOpen(Connection& connection) override {
    Loop& loop = connection.loop();
    timer_ = std::make_unique<Timer>(loop, [this, &loop, id = connection.id()] {
      if (Connection* found = loop.Find(id)) Say(*found);
    });
    Say(connection);
  }
  size_t OnData(Connection&, std::string_view bytes) override { return bytes.size(); }

 private:
  void Say(Connection& connection) {
    if (next_ == pieces_.size()) return connection.Close();
    connection.Send(pieces_[next_++]);
    timer_->ArmAfter(std::chrono::milliseconds(5));
  }

  std::vector<std::string_view> pieces_;
  size_t next_ = 0;
  std::unique_ptr<Timer> timer_;
};

void CheckClient(const std::vector<std::string_view>& pieces) {
  const Folder folder;
  sim::SimWorld world(WorldOfOne());
  Loop loop(world.MakeBackend(world.AddHost()));
  const auto listener = loop.Listen(
      *Endpoint::Parse("127.0.0.1:0"), {},
      [&]() -> std::unique_ptr<Handler> { return std::make_unique<RawServer>(pieces); });
  ClientOptions options;
  options.server = (*listener)->endpoint();
  options.hash = HashKind::kSha256;
  options.retries = 0;
  options.receiving.sync = false;
  int outcomes = 0;
  std::string error;
  Client client(loop, options, {{Direction::kGet, "a", folder.root() + "/a"}}, nullptr,
                [&](const Task&, const Outcome& outcome) {
                  ++outcomes;
                  error = outcome.error;
                });
  client.Start();
  for (int turns = 0; turns < 100'000; ++turns) {
    if (!loop.Turn(loop.now() + std::chrono::milliseconds(1))) break;
  }
  if (outcomes != 1) Abort("the client comes to no end");
  if (!error.empty() && !folder.as_new()) Abort("the client failed, and a file changed");
}

void CheckFrames(std::string_view input) {
  const std::optional<Frame> frame = ParseFrame(input);
  if (frame.has_value() && FormatFrame(*frame) != input) Abort("a frame is written otherwise");
}

void Check(std::string_view input) {
  if (input.empty()) return;
  const auto choice = static_cast<unsigned char>(input[0]);
  input.remove_prefix(1);
  CheckFrames(input);
  const std::vector<std::string_view> pieces = Pieces(input, (choice & 2) != 0);
  for (const std::string_view piece : pieces) {
    if (piece.size() > 4) CheckFrames(piece.substr(4));
  }
  (choice & 1) != 0 ? CheckClient(pieces) : CheckServer(pieces);
}

}  // namespace
}  // namespace sluice::files

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  sluice::files::Check({reinterpret_cast<const char*>(data), size});
  return 0;
}
