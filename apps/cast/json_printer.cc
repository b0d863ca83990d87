#include <cstdio>
#include <nlohmann/json.hpp>
#include <string>

#include "apps/cast/printer.h"

namespace sluice::cast {
namespace {

using Json = nlohmann::ordered_json;

const char* NewsName(Heard heard) {
  switch (heard) {
    case Heard::kInOrder:
      return "in order";
    case Heard::kGap:
      return "gap";
    case Heard::kReordered:
      return "late";
    case Heard::kDuplicate:
      return "duplicate";
    case Heard::kTooLate:
      return "too late";
    case Heard::kRestart:
      return "restart";
    case Heard::kImplausible:
      return "implausible";
  }
  return "";
}

Json PlaceJson(const Place& place) {
  Json json = {{"group", Scoped(place.endpoint, 0).ToString()}};
  if (place.interface.index == 0) {
    json["interface"] = nullptr;
  } else {
    json["interface"] = place.interface.name;
  }
  return json;
}

void Print(const Json& json) {
  // What is no UTF-8 becomes U+FFFD.
  std::puts(json.dump(-1, ' ', false, Json::error_handler_t::replace).c_str());
}

class JsonPrinter : public Printer {
 public:
  void Listening(const Place& place, std::string_view backend) override {
    Json json = {{"event", "listening"}};
    json.update(PlaceJson(place));
    json["chosen_by_the_route"] = place.chosen_by_the_route;
    json["backend"] = std::string(backend);
    Print(json);
  }

  void Datagram(const HeardDatagram& heard) override {
    Json json = {{"event", "datagram"}, {"sender", EndpointText(*heard.sender)}};
    json.update(PlaceJson(*heard.place));
    if (heard.packet.number) {
      json["run"] = RunText(heard.packet.number->run);
      json["sequence"] = heard.packet.number->sequence;
      json["order"] = NewsName(heard.news.heard);
      if (heard.news.heard == Heard::kGap) {
        json["missing"] = {heard.news.missing_first, heard.news.missing_last};
      }
    }
    json["text"] = std::string(heard.packet.text);
    if (heard.truncated) json["truncated"] = true;
    Print(json);
  }

  void End(const Totals& totals) override {
    Json senders = Json::array();
    for (const SenderRecord* one : totals.senders->all()) {
      const SequenceTotals& sequence = one->watch.totals();
      Json json = {{"sender", EndpointText(one->endpoint)}};
      json.update(PlaceJson((*totals.places)[one->place]));
      json.update({{"received", sequence.received},
                   {"lost", sequence.lost},
                   {"late", sequence.reordered},
                   {"too_late", sequence.too_late},
                   {"duplicates", sequence.duplicated},
                   {"restarts", sequence.restarts},
                   {"implausible", sequence.implausible},
                   {"plain", one->plain},
                   {"text_bytes", one->bytes}});
      senders.push_back(std::move(json));
    }
    Print({{"event", "totals"},
           {"datagrams", totals.senders->datagrams()},
           {"kernel_drops", totals.kernel_drops},
           {"senders_forgotten", totals.senders->forgotten()},
           {"senders", std::move(senders)}});
  }
};

}  // namespace

std::unique_ptr<Printer> MakeJsonPrinter() {
  return std::make_unique<JsonPrinter>();
}

}  // namespace sluice::cast
