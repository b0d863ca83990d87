#include "bench/compare/contender.h"

#include <unistd.h>

#include <utility>

#include "absl/status/status.h"

namespace sluice::compare {

std::vector<Contender> AllContenders(const std::string& folder) {
  using Kind = ContenderKind;
  const auto program = [&](const char* name, const char* variant = nullptr) {
    std::vector<std::string> command = {folder + "/" + name};
    if (variant != nullptr) command.push_back(std::string("--variant=") + variant);
    return command;
  };
  const auto with_loops = [](Contender contender) {
    contender.loops = true;
    return contender;
  };
  const auto with_http = [](Contender contender) {
    contender.http = true;
    return contender;
  };
  // Coroutines are for streams.
  const auto without_datagrams = [](Contender contender) {
    contender.datagrams = false;
    return contender;
  };
  return {
      with_http(
          with_loops({std::string(kFloorId), "raw epoll", Kind::kFloor, program("echo-epoll")})),
      with_http({"epoll-again", "raw epoll again (A/A)", Kind::kControl, program("echo-epoll")}),
      with_http({"io_uring", "raw io_uring", Kind::kFloor, program("echo-uring")}),
      with_http(with_loops(
          {"sluice-epoll", "Sluice epoll", Kind::kOurs, program("echo-sluice", "epoll")})),
      with_http(with_loops(
          {"sluice-io_uring", "Sluice io_uring", Kind::kOurs, program("echo-sluice", "io_uring")})),
      without_datagrams({"sluice-epoll-coroutine", "Sluice epoll, coroutine", Kind::kOurs,
                         program("echo-sluice", "epoll-coroutine")}),
      without_datagrams({"sluice-io_uring-coroutine", "Sluice io_uring, coroutine", Kind::kOurs,
                         program("echo-sluice", "io_uring-coroutine")}),
      {"libuv-try-write", "libuv, try-write", Kind::kPeer, program("echo-libuv", "try-write")},
      {"libuv-write", "libuv, write", Kind::kPeer, program("echo-libuv", "write")},
      {"libevent-raw", "libevent, raw", Kind::kPeer, program("echo-libevent", "raw")},
      {"libevent-bufferevent", "libevent, bufferevent", Kind::kPeer,
       program("echo-libevent", "bufferevent")},
      {"asio-epoll", "asio epoll", Kind::kPeer, program("echo-asio")},
      {"asio-io_uring", "asio io_uring", Kind::kPeer, program("echo-asio-uring")},
  };
}

bool IsBuilt(const Contender& contender) {
  return access(contender.command.front().c_str(), X_OK) == 0;
}

bool Takes(const Contender& contender, const Workload& workload) {
  switch (workload.kind) {
    case WorkKind::kDatagrams:
      return contender.datagrams;
    case WorkKind::kHello:
      return contender.http;
    case WorkKind::kLoops:
      return contender.loops;
    default:
      return true;
  }
}

absl::StatusOr<Contender> ParseExtraContender(std::string_view text) {
  const size_t equals = text.find('=');
  if (equals == 0 || equals == std::string_view::npos || equals + 1 == text.size()) {
    return absl::InvalidArgumentError("it wants NAME=PROGRAM [FLAGS], not \"" + std::string(text) +
                                      "\"");
  }
  Contender contender;
  contender.id = contender.title = std::string(text.substr(0, equals));
  for (size_t begin = equals + 1; begin < text.size();) {
    const size_t end = std::min(text.find(' ', begin), text.size());
    if (end > begin) contender.command.emplace_back(text.substr(begin, end - begin));
    begin = end + 1;
  }
  if (contender.command.empty()) return absl::InvalidArgumentError("a program is missing");
  if (!IsBuilt(contender)) {
    return absl::NotFoundError("no program at \"" + contender.command.front() + "\"");
  }
  return contender;
}

}  // namespace sluice::compare
