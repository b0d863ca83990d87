#include <cstdio>
#include <string>

#include "apps/cast/printer.h"
#include "tools/report/format.h"
#include "tools/report/table.h"
#include "tools/text/harmless.h"

namespace sluice::cast {
namespace {

std::string Numbers(uint64_t first, uint64_t last) {
  if (first == last) return "#" + std::to_string(first);
  return "#" + std::to_string(first) + " to #" + std::to_string(last);
}

// What there is to say beside the text; empty where all is as it should be.
std::string NewsText(const HeardDatagram& heard) {
  if (!heard.packet.number) return "";
  const SequenceWatch::News& news = heard.news;
  const std::string number = "#" + std::to_string(heard.packet.number->sequence);
  switch (news.heard) {
    case Heard::kInOrder:
      return "";
    case Heard::kGap:
      return std::to_string(news.missing_last - news.missing_first + 1) +
             " missing: " + Numbers(news.missing_first, news.missing_last);
    case Heard::kReordered:
      return number + " came late";
    case Heard::kDuplicate:
      return number + " came again";
    case Heard::kTooLate:
      return number + " came too late to tell whether it came before";
    case Heard::kRestart:
      return "started anew, with " + number;
    case Heard::kImplausible:
      return number + " is too far ahead to be believed";
  }
  return "";
}

class TextPrinter : public Printer {
 public:
  explicit TextPrinter(bool several) : several_(several) {}

  void Listening(const Place& place, std::string_view backend) override {
    const std::string address = Scoped(place.endpoint, 0).ToString();
    std::string through = "every interface";
    if (place.interface.index != 0) through = "interface " + place.interface.name;
    if (place.chosen_by_the_route) {
      through += ", the routing table's choice: --interface names another";
    }
    std::printf("listening udp %s (%s, 1 loop, %s)\n", address.c_str(),
                std::string(backend).c_str(), through.c_str());
  }

  void Datagram(const HeardDatagram& heard) override {
    std::string who = EndpointText(*heard.sender);
    if (several_) who += " [" + heard.place->ToString() + "]";
    if (const std::string news = NewsText(heard); !news.empty()) {
      std::printf("-- %s: %s\n", who.c_str(), news.c_str());
    }
    std::string line = who + " ";
    if (heard.packet.number) line += "#" + std::to_string(heard.packet.number->sequence) + " ";
    line += text::Harmless(heard.packet.text);
    if (heard.truncated) line += " (cut short)";
    std::puts(line.c_str());
  }

  void End(const Totals& totals) override {
    std::printf("\n%s from %s",
                report::FormatCounted(totals.senders->datagrams(), "datagram").c_str(),
                report::FormatCounted(totals.senders->all().size(), "sender").c_str());
    if (totals.senders->forgotten() > 0) {
      std::printf("; %s more senders were forgotten (%zu are remembered)",
                  report::FormatExact(totals.senders->forgotten()).c_str(), Senders::kSendersMax);
    }
    if (totals.kernel_drops > 0) {
      std::printf("; %s lost here, to a full receive buffer",
                  report::FormatExact(totals.kernel_drops).c_str());
    }
    std::puts("");
    if (totals.senders->datagrams() > 0) std::fputs(TableText(totals).c_str(), stdout);
  }

 private:
  static std::string TableText(const Totals& totals) {
    constexpr auto kRight = report::Table::Align::kRight;
    report::Table table({{"sender"},
                         {"to"},
                         {"received", kRight},
                         {"lost", kRight},
                         {"late", kRight},
                         {"twice", kRight},
                         {"restarts", kRight},
                         {"text", kRight}});
    for (const SenderRecord* one : totals.senders->all()) {
      const SequenceTotals& sequence = one->watch.totals();
      const bool numbered = sequence.received > 0;
      const auto count = [&](uint64_t value) {
        return numbered ? report::FormatExact(value) : std::string("?");
      };
      table.AddRow({EndpointText(one->endpoint), (*totals.places)[one->place].ToString(),
                    report::FormatExact(sequence.received + one->plain), count(sequence.lost),
                    count(sequence.reordered + sequence.too_late), count(sequence.duplicated),
                    count(sequence.restarts),
                    report::FormatBytes(static_cast<double>(one->bytes))});
    }
    return table.ToString();
  }

  const bool several_;
};

}  // namespace

std::unique_ptr<Printer> MakeTextPrinter(bool several) {
  return std::make_unique<TextPrinter>(several);
}

}  // namespace sluice::cast
