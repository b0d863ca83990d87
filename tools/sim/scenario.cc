#include "tools/sim/scenario.h"

#include "tools/sim/scenarios/scenarios.h"

namespace sluice::simulate {
namespace {

constexpr Scenario kScenarios[] = {
    {"echo", "clients send random bytes in random pieces and read them back, slowly at times",
     Echo},
    {"pipelined-lines",
     "lines sent without waiting are answered in order; an overlong one is refused",
     PipelinedLines},
    {"http", "HTTP requests sent without waiting are answered in order; a malformed one is refused",
     Http},
    {"length-prefix",
     "messages cut at every place are found again; a length that cannot be is refused",
     LengthPrefix},
    {"slow-readers",
     "output stays between its marks whatever its readers do; one that stops is dropped",
     SlowReaders},
    {"firehose", "clients that send without a pause take no turn from others that wait for answers",
     FirehoseAmongPings},
    {"callbacks",
     "anything is done from inside any callback; each connection ends once, for a reason",
     Callbacks},
    {"drain", "a server stops under load: what had arrived is answered, and the next loop goes on",
     Drain},
    {"connect-storm", "many clients at once meet small queues that are emptied now and then",
     ConnectStorm},
    {"syn-flood", "SYNs nobody follows up, without cookies: the SYN queue keeps to its rule",
     SynFlood},
    {"syn-cookies", "the same with cookies: who means it gets in while the accept queue has room",
     SynCookies},
    {"udp-chat", "members talk through a server, to a group or to everybody, and lose datagrams",
     UdpChat},
    {"partition", "links part and heal during conversations, which go on or end for a reason",
     Partition},
    {"crash", "the server's host crashes and comes back; its clients try again until served",
     Crash},
    {"broken-echo", "an echo server that loses a byte now and then: what a violation looks like",
     BrokenEcho, When::kByName},
    {"million-clients", "a million clients connected to one server at once, each with an answer",
     MillionClients, When::kByName},
};

}  // namespace

absl::Span<const Scenario> Scenarios() {
  return kScenarios;
}

const Scenario* FindScenario(std::string_view name) {
  for (const Scenario& scenario : kScenarios) {
    if (scenario.name == name) return &scenario;
  }
  return nullptr;
}

Totals RunTrial(const Scenario& scenario, uint64_t seed, sim::Tracer* tracer) {
  Trial trial(scenario.name, seed, tracer);
  scenario.run(trial);
  return trial.totals();
}

}  // namespace sluice::simulate
