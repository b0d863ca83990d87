#include "apps/cast/settings.h"

#include <netinet/in.h>

#include <algorithm>
#include <string_view>

#include "absl/flags/flag.h"
#include "absl/time/time.h"
#include "reactor/backend/multicast.h"
#include "tools/cli/command.h"
#include "tools/cli/endpoints.h"

using Texts = std::vector<std::string>;

ABSL_FLAG(Texts, to, {}, "send: group or broadcast address and port, such as 239.1.2.3:9000");
ABSL_FLAG(Texts, group, {},
          "receive: group and port; with --broadcast the broadcast address, or :PORT for whatever "
          "comes to that port");
ABSL_FLAG(Texts, interface, {},
          "interface by name, address or index (see sluice-cast interfaces); may be repeated, each "
          "group is then sent to or heard on each. Default: the one the routing table has for it");
ABSL_FLAG(Texts, source, {},
          "receive: hear this sender alone (source-specific multicast); may be repeated");
ABSL_FLAG(int, ttl, 1,
          "send: networks a datagram to a group may cross, plus one (TTL, hop limit): 0 stays on "
          "this host, 1 on this network, up to 255");
ABSL_FLAG(bool, loopback, true, "send: receivers on this host hear it, too");
ABSL_FLAG(bool, broadcast, false, "send: allow broadcast addresses; receive: hear broadcasts");
ABSL_FLAG(bool, plain, false, "send: the text alone, without the line that numbers it");
ABSL_FLAG(uint64_t, count, 1,
          "send: how often the text is sent, 0: for ever. receive: ends after so many datagrams, "
          "default: never");
ABSL_FLAG(absl::Duration, interval, absl::Seconds(1),
          "send: from one datagram to the next; lines of a file go at once by default");
ABSL_FLAG(std::string, file, "", "send: each line of this file is a datagram; - is standard input");
ABSL_FLAG(int, from_port, 0,
          "send: own port, so that receivers know a restarted sender again; 0: any");
ABSL_FLAG(absl::Duration, for, absl::InfiniteDuration(), "receive: ends after this time");
ABSL_FLAG(bool, json, false, "receive, interfaces: one JSON object a line");

namespace sluice::cast {
namespace {

using cli::ExitUsage;

constexpr std::string_view kSendOnly[] = {"to",       "ttl",  "loopback", "plain",
                                          "interval", "file", "from_port"};
constexpr std::string_view kReceiveOnly[] = {"group", "source", "for", "json"};

template <class Names>
void RefuseFlags(const Names& names, std::string_view when) {
  for (const std::string_view name : names) cli::RefuseFlag(name, when);
}

void RefuseExtra(const Texts& texts) {
  if (!texts.empty()) ExitUsage("unexpected argument \"" + texts.front() + "\"");
}

absl::StatusOr<std::vector<Endpoint>> AddressesFromFlag(std::string_view flag, const Texts& texts) {
  if (texts.empty()) ExitUsage("--" + std::string(flag) + " is missing (see --help)");
  absl::StatusOr<std::vector<Endpoint>> endpoints = cli::EndpointsFromFlag(flag, texts);
  if (!endpoints.ok()) return endpoints;
  for (const Endpoint& endpoint : *endpoints) {
    const std::string what = "--" + std::string(flag) + ": " + endpoint.ToString();
    if (!endpoint.is_ip()) ExitUsage(what + " is no IP address");
    if (endpoint.port() == 0) ExitUsage(what + ": nobody sends to port 0; choose one up to 65535");
  }
  return endpoints;
}

bool IsGroup(const Endpoint& endpoint) {
  return IsMulticast(endpoint);
}

// Flags whose meaning depends on what is sent to.
void CheckSendFlags(const std::vector<Endpoint>& to) {
  cli::RequireRange("ttl", absl::GetFlag(FLAGS_ttl), 0, 255);
  cli::RequireRange("from_port", absl::GetFlag(FLAGS_from_port), 0, 65535);
  cli::RequireRange("interval", absl::GetFlag(FLAGS_interval), absl::ZeroDuration(),
                    absl::Hours(24 * 365));
  if (std::none_of(to.begin(), to.end(), IsGroup)) {
    for (const std::string_view flag : {"ttl", "loopback"}) {
      cli::RefuseFlag(flag, "where --to is no multicast group");
    }
  }
}

// Where the text comes from.
void TakeContent(const Texts& texts, SendSettings& settings) {
  const bool has_file = cli::FlagGiven("file");
  settings.file = absl::GetFlag(FLAGS_file);
  if (has_file && !texts.empty()) ExitUsage("send a text or --file, not both");
  if (!texts.empty()) {
    settings.text = texts.front();
    settings.count = absl::GetFlag(FLAGS_count);
    settings.interval = cli::ToDuration(absl::GetFlag(FLAGS_interval));
    if (settings.text->size() > kTextBytesMax) {
      ExitUsage("the text has " + std::to_string(settings.text->size()) +
                " bytes; a datagram takes " + std::to_string(kTextBytesMax));
    }
    return;
  }
  if (has_file && settings.file.empty()) ExitUsage("--file needs a name, or - for standard input");
  cli::RefuseFlag("count", "on lines: each is sent once");
  if (!has_file) settings.file = "-";
  if (cli::FlagGiven("interval")) {
    settings.interval = cli::ToDuration(absl::GetFlag(FLAGS_interval));
  }
}

std::vector<Endpoint> SourcesFromFlag() {
  std::vector<Endpoint> sources;
  for (const std::string& text : absl::GetFlag(FLAGS_source)) {
    absl::StatusOr<Endpoint> source = Endpoint::Parse("[" + text + "]:0");
    if (!source.ok() || IsMulticast(*source)) {
      ExitUsage("--source: \"" + text + "\" is not the numeric address of a sender");
    }
    sources.push_back(*source);
  }
  return sources;
}

void CheckGroups(const std::vector<Endpoint>& groups, const std::vector<Endpoint>& sources) {
  for (const Endpoint& group : groups) {
    if (!IsMulticast(group) && !absl::GetFlag(FLAGS_broadcast)) {
      ExitUsage("--group: " + group.ToString() +
                " is not a multicast group (224.0.0.0 to 239.255.255.255, ff00::/8); --broadcast "
                "hears what is broadcast to it");
    }
    const auto fits = [&](const Endpoint& source) { return source.family() == group.family(); };
    if (!sources.empty() &&
        (!IsMulticast(group) || std::none_of(sources.begin(), sources.end(), fits))) {
      ExitUsage("--source has no effect on " + group.ToString() +
                ": it is for groups of the source's own family");
    }
  }
  if (absl::GetFlag(FLAGS_broadcast) && std::all_of(groups.begin(), groups.end(), IsGroup)) {
    ExitUsage(
        "--broadcast: name what is broadcast to, such as --group=:9000 for every broadcast "
        "to that port");
  }
}

}  // namespace

absl::StatusOr<SendSettings> SendSettingsFromFlags(const Texts& texts) {
  RefuseFlags(kReceiveOnly, "on send");
  absl::StatusOr<std::vector<Endpoint>> to = AddressesFromFlag("to", absl::GetFlag(FLAGS_to));
  if (!to.ok()) return to.status();
  CheckSendFlags(*to);
  SendSettings settings;
  TakeContent(texts, settings);
  absl::StatusOr<std::vector<Place>> places = PlacesOf(*to, absl::GetFlag(FLAGS_interface));
  if (!places.ok()) return places.status();
  settings.places = *std::move(places);
  settings.hops = absl::GetFlag(FLAGS_ttl);
  settings.loopback = absl::GetFlag(FLAGS_loopback);
  settings.broadcast = absl::GetFlag(FLAGS_broadcast);
  settings.plain = absl::GetFlag(FLAGS_plain);
  settings.from_port = static_cast<uint16_t>(absl::GetFlag(FLAGS_from_port));
  return settings;
}

absl::StatusOr<ReceiveSettings> ReceiveSettingsFromFlags(const Texts& texts) {
  RefuseFlags(kSendOnly, "on receive");
  RefuseExtra(texts);
  absl::StatusOr<std::vector<Endpoint>> groups =
      AddressesFromFlag("group", absl::GetFlag(FLAGS_group));
  if (!groups.ok()) return groups.status();
  ReceiveSettings settings;
  settings.sources = SourcesFromFlag();
  CheckGroups(*groups, settings.sources);
  if (cli::FlagGiven("count")) {
    settings.count = absl::GetFlag(FLAGS_count);
    if (settings.count == 0) ExitUsage("--count must be from 1 on receive");
  }
  cli::RequireRange("for", absl::GetFlag(FLAGS_for), absl::ZeroDuration(),
                    absl::InfiniteDuration());
  settings.time = cli::ToDuration(absl::GetFlag(FLAGS_for));
  settings.json = absl::GetFlag(FLAGS_json);
  absl::StatusOr<std::vector<Place>> places = PlacesOf(*groups, absl::GetFlag(FLAGS_interface));
  if (!places.ok()) return places.status();
  settings.places = *std::move(places);
  return settings;
}

bool JsonFromFlags(const Texts& texts) {
  RefuseExtra(texts);
  RefuseFlags(kSendOnly, "on interfaces");
  for (const std::string_view flag :
       {"group", "source", "for", "interface", "broadcast", "count"}) {
    cli::RefuseFlag(flag, "on interfaces");
  }
  return absl::GetFlag(FLAGS_json);
}

}  // namespace sluice::cast
