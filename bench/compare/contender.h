// The servers that are compared: the rows of the table.
#ifndef SLUICE_BENCH_COMPARE_CONTENDER_H_
#define SLUICE_BENCH_COMPARE_CONTENDER_H_

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"
#include "bench/compare/workload.h"

namespace sluice::compare {

enum class ContenderKind : uint8_t { kFloor, kControl, kOurs, kPeer };

struct Contender {
  std::string id;     // "libuv-write", for flags and JSON
  std::string title;  // "libuv, uv_write"
  ContenderKind kind = ContenderKind::kPeer;
  std::vector<std::string> command;  // program and flags
  bool datagrams = true;             // has UDP too
  bool loops = false;                // takes --threads=N
  bool http = false;                 // takes --http
  std::string library{};             // what it said it is built on: "libuv 1.44.2"
};

// What every figure is relative to: the first row.
inline constexpr std::string_view kFloorId = "epoll";

// All of them; `folder` holds the programs. Those not built are not left out.
std::vector<Contender> AllContenders(const std::string& folder);
bool IsBuilt(const Contender& contender);
// Whether it can do this work; the others have no figures of it.
bool Takes(const Contender& contender, const Workload& workload);

// "NAME=PROGRAM [FLAGS]": a server from elsewhere, such as another build of Sluice.
absl::StatusOr<Contender> ParseExtraContender(std::string_view text);

}  // namespace sluice::compare

#endif  // SLUICE_BENCH_COMPARE_CONTENDER_H_
