// What send and receive print at their ends.
#ifndef SLUICE_APPS_PICTURE_REPORT_H_
#define SLUICE_APPS_PICTURE_REPORT_H_

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "apps/picture/picture_reader.h"
#include "apps/picture/picture_receiver.h"
#include "apps/picture/picture_sender.h"

namespace sluice::picture {

// A socket buffer: bytes asked for (0: none were) and bytes the kernel granted, by its own count.
struct BufferGrant {
  int64_t asked = 0;
  int64_t granted = 0;
};

struct ReceiveReport {
  std::string backend;
  bool plain = false;
  std::vector<Sender> senders;
  uint64_t senders_seen = 0;
  Counts totals;
  ReceiveCounts counts;
  uint64_t saved = 0;
  uint64_t not_saved = 0;  // the disk was full, ...
  BufferGrant receive_buffer;
};

struct SendReport {
  std::string backend;
  SendCounts counts;
  BufferGrant send_buffer;
};

// JSON is one object a line, each with its "event".
std::string JsonListening(const Endpoint& endpoint, std::string_view backend);
std::string TextReport(const ReceiveReport& report);
std::string JsonReport(const ReceiveReport& report);
std::string TextReport(const SendReport& report);
std::string JsonReport(const SendReport& report);

// "receive buffer (SO_RCVBUF): 425,984 bytes granted, 4,194,304 asked for: ..."
std::string DescribeGrant(std::string_view buffer, std::string_view option, std::string_view limit,
                          const BufferGrant& grant);

}  // namespace sluice::picture

#endif  // SLUICE_APPS_PICTURE_REPORT_H_
