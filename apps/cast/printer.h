// What receive says: for people, or a JSON object a line.
#ifndef SLUICE_APPS_CAST_PRINTER_H_
#define SLUICE_APPS_CAST_PRINTER_H_

#include <cstdint>
#include <memory>
#include <string_view>
#include <vector>

#include "apps/cast/packet.h"
#include "apps/cast/place.h"
#include "apps/cast/senders.h"
#include "apps/cast/sequence_watch.h"

namespace sluice::cast {

// One datagram and what its number told.
struct HeardDatagram {
  const Place* place = nullptr;
  const Endpoint* sender = nullptr;
  Packet packet;
  SequenceWatch::News news;
  bool truncated = false;
};

struct Totals {
  const std::vector<Place>* places = nullptr;
  const Senders* senders = nullptr;
  uint64_t kernel_drops = 0;
};

class Printer {
 public:
  virtual ~Printer() = default;
  virtual void Listening(const Place& place, std::string_view backend) = 0;
  virtual void Datagram(const HeardDatagram& heard) = 0;
  virtual void End(const Totals& totals) = 0;
};

// On standard output. `several`: there are several places, and each line says which it is.
std::unique_ptr<Printer> MakeTextPrinter(bool several);
std::unique_ptr<Printer> MakeJsonPrinter();

}  // namespace sluice::cast

#endif  // SLUICE_APPS_CAST_PRINTER_H_
