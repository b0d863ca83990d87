#include "tools/probe/listen_queue.h"

#include <poll.h>

#include <chrono>
#include <cstdio>
#include <map>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "tools/cli/command.h"
#include "tools/cli/interrupt.h"
#include "tools/netlab/listen_queue.h"
#include "tools/netlab/unix_listeners.h"
#include "tools/probe/event_view.h"
#include "tools/probe/output.h"
#include "tools/probe/socket_owner.h"
#include "tools/report/format.h"
#include "tools/report/table.h"
#include "tools/text/harmless.h"

namespace sluice::probe {
namespace {

// One listener, whatever its transport.
struct Queue {
  std::string_view transport;  // tcp, udp, unix
  Endpoint endpoint;
  uint64_t length = 0;  // connections; of udp bytes
  uint64_t limit = 0;
  std::optional<uint32_t> drops;
  std::optional<uint32_t> half_open;  // of the port
  uint32_t inode = 0;
};

bool IsWanted(const std::optional<Endpoint>& wanted, const Endpoint& endpoint) {
  if (!wanted || *wanted == endpoint) return true;
  if (!wanted->is_ip() || !endpoint.is_ip() || wanted->port() != endpoint.port()) return false;
  // One that listens everywhere hears that address, too; and 0.0.0.0 asks for all on the port.
  return endpoint.is_any() || wanted->is_any();
}

absl::Status AddTcp(const std::optional<Endpoint>& wanted, std::vector<Queue>& queues) {
  const auto listeners = netlab::ReadListenQueues(wanted ? wanted->port() : 0);
  if (!listeners.ok()) return listeners.status();
  std::map<uint16_t, uint32_t> half_open;  // counting walks over all connections
  for (const netlab::ListenQueue& listener : *listeners) {
    if (!IsWanted(wanted, listener.endpoint)) continue;
    if (half_open.find(listener.port) == half_open.end()) {
      const auto counted = netlab::CountHalfOpen(listener.port);
      if (!counted.ok()) return counted.status();
      half_open[listener.port] = *counted;
    }
    queues.push_back({"tcp", listener.endpoint, listener.length, listener.limit, listener.drops,
                      half_open[listener.port], listener.inode});
  }
  return absl::OkStatus();
}

absl::Status AddUdp(const std::optional<Endpoint>& wanted, std::vector<Queue>& queues) {
  const auto sockets = netlab::ReadDatagramQueues(wanted ? wanted->port() : 0);
  if (!sockets.ok()) return sockets.status();
  for (const netlab::DatagramQueue& socket : *sockets) {
    if (!IsWanted(wanted, socket.endpoint)) continue;
    queues.push_back({"udp", socket.endpoint, socket.bytes, socket.bytes_max, socket.drops,
                      std::nullopt, socket.inode});
  }
  return absl::OkStatus();
}

absl::Status AddUnix(const std::optional<Endpoint>& wanted, std::vector<Queue>& queues) {
  const auto listeners = netlab::ReadUnixListeners();
  if (!listeners.ok()) return listeners.status();
  for (const netlab::UnixListener& listener : *listeners) {
    // Byte for byte paths differ in a trailing NUL.
    if (wanted && wanted->ToString() != listener.endpoint.ToString()) continue;
    queues.push_back({"unix", listener.endpoint, listener.length, listener.limit, std::nullopt,
                      std::nullopt, listener.inode});
  }
  return absl::OkStatus();
}

absl::StatusOr<std::vector<Queue>> ReadQueues(const std::optional<Endpoint>& wanted) {
  std::vector<Queue> queues;
  absl::Status status;
  if (!wanted || wanted->is_ip()) {
    status.Update(AddTcp(wanted, queues));
    status.Update(AddUdp(wanted, queues));
  }
  if (!wanted || wanted->is_unix()) status.Update(AddUnix(wanted, queues));
  if (!status.ok()) return status;
  return queues;
}

Duration SinceEpoch() {
  return std::chrono::system_clock::now().time_since_epoch();
}

std::string Number(std::optional<uint32_t> number) {
  return number ? report::FormatExact(*number) : "-";
}

void PrintTable(const std::vector<Queue>& queues) {
  using Align = report::Table::Align;
  const std::map<uint32_t, std::string> owners = SocketOwners();
  report::Table table({{"kind", Align::kLeft},
                       {"listens on", Align::kLeft},
                       {"waiting", Align::kRight},
                       {"limit", Align::kRight},
                       {"dropped", Align::kRight},
                       {"half-open", Align::kRight},
                       {"owner", Align::kLeft}},
                      /*indent=*/0);
  for (const Queue& queue : queues) {
    const std::string unit = queue.transport == "udp" ? " B" : "";
    const auto owner = owners.find(queue.inode);
    table.AddRow({std::string(queue.transport), text::Harmless(queue.endpoint.ToString()),
                  report::FormatExact(queue.length) + unit, report::FormatExact(queue.limit) + unit,
                  Number(queue.drops), Number(queue.half_open),
                  owner == owners.end() ? "-" : text::Harmless(owner->second)});
  }
  std::fputs(table.ToString().c_str(), stdout);
  std::fflush(stdout);
}

void PrintJson(const std::vector<Queue>& queues) {
  const std::string now = UtcText(SinceEpoch());
  for (const Queue& queue : queues) {
    nlohmann::ordered_json json = {{"time", now},
                                   {"transport", queue.transport},
                                   {"address", queue.endpoint.ToString()},
                                   {"length", queue.length},
                                   {"limit", queue.limit}};
    if (queue.drops) json["drops"] = *queue.drops;
    if (queue.half_open) json["half_open"] = *queue.half_open;
    PrintLine(json.dump(-1, ' ', /*ensure_ascii=*/true, nlohmann::json::error_handler_t::replace));
  }
}

absl::Status ShowOnce(const ListenQueueOptions& options) {
  const absl::StatusOr<std::vector<Queue>> queues = ReadQueues(options.endpoint);
  if (!queues.ok()) return queues.status();
  if (queues->empty() && options.endpoint) {
    return absl::NotFoundError("nobody listens on " + options.endpoint->ToString() +
                               " in this network namespace");
  }
  options.json ? PrintJson(*queues) : PrintTable(*queues);
  return absl::OkStatus();
}

}  // namespace

int RunListenQueue(const ListenQueueOptions& options) {
  if (options.every) cli::CatchInterrupts();
  for (;;) {
    if (options.every && !options.json) PrintLine(ClockText(SinceEpoch()));
    if (absl::Status status = ShowOnce(options); !status.ok()) return cli::Fail(status);
    if (!options.every) return 0;
    if (OutputBroken()) return 0;  // nobody reads it any more; or a disk is full, as said at exit
    // A signal ends it early.
    poll(nullptr, 0, static_cast<int>(*options.every / std::chrono::milliseconds(1)));
    if (cli::Interrupted()) return 0;
  }
}

}  // namespace sluice::probe
