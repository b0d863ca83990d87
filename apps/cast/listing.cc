#include "apps/cast/listing.h"

#include <cstdio>
#include <nlohmann/json.hpp>

#include "absl/status/statusor.h"
#include "tools/cli/command.h"
#include "tools/report/table.h"

namespace sluice::cast {
namespace {

std::vector<std::string> FlagNames(const NetworkInterface& interface) {
  std::vector<std::string> names = {interface.up ? "UP" : "DOWN"};
  if (interface.loopback) names.push_back("LOOPBACK");
  if (interface.multicast) names.push_back("MULTICAST");
  if (interface.broadcast) names.push_back("BROADCAST");
  return names;
}

std::string Joined(const std::vector<std::string>& words) {
  std::string text;
  for (const std::string& word : words) text += (text.empty() ? "" : " ") + word;
  return text;
}

std::string HostOf(const Endpoint& endpoint) {
  const std::string text = endpoint.ToString();
  return text.substr(0, text.rfind(':'));
}

}  // namespace

std::string ListingText(const std::vector<NetworkInterface>& interfaces) {
  report::Table table({{"index", report::Table::Align::kRight},
                       {"name"},
                       {"flags"},
                       {"address"},
                       {"broadcast address"}});
  for (const NetworkInterface& interface : interfaces) {
    std::vector<std::string> row = {std::to_string(interface.index), interface.name,
                                    Joined(FlagNames(interface))};
    for (const InterfaceAddress& address : interface.addresses) {
      row.push_back(address.ToString());
      if (address.broadcast) row.push_back(HostOf(*address.broadcast));
      table.AddRow(std::move(row));
      row = {"", "", ""};
    }
    if (interface.addresses.empty()) table.AddRow(std::move(row));
  }
  return table.ToString();
}

std::string ListingJson(const std::vector<NetworkInterface>& interfaces) {
  std::string lines;
  for (const NetworkInterface& interface : interfaces) {
    nlohmann::ordered_json json = {{"index", interface.index},
                                   {"name", interface.name},
                                   {"flags", FlagNames(interface)},
                                   {"addresses", nlohmann::ordered_json::array()}};
    for (const InterfaceAddress& address : interface.addresses) {
      nlohmann::ordered_json entry = {{"address", address.ToString()}};
      if (address.broadcast) entry["broadcast"] = HostOf(*address.broadcast);
      json["addresses"].push_back(std::move(entry));
    }
    lines += json.dump() + "\n";
  }
  return lines;
}

int ListTheInterfaces(bool json) {
  const absl::StatusOr<std::vector<NetworkInterface>> interfaces = ListInterfaces();
  if (!interfaces.ok()) return cli::Fail(interfaces.status());
  std::fputs((json ? ListingJson(*interfaces) : ListingText(*interfaces)).c_str(), stdout);
  return 0;
}

}  // namespace sluice::cast
