// Receives pictures on a socket: saves them, says so, and says `timeout` when none comes.
#ifndef SLUICE_APPS_PICTURE_PICTURE_RECEIVER_H_
#define SLUICE_APPS_PICTURE_PICTURE_RECEIVER_H_

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "apps/picture/picture_folder.h"
#include "apps/picture/picture_reader.h"
#include "reactor/loop.h"
#include "reactor/timer.h"
#include "reactor/udp.h"
#include "tools/report/progress.h"

namespace sluice::picture {

struct ReceiveOptions {
  bool plain = false;
  bool lines = true;          // one on standard output for each picture, and `timeout`
  Duration timeout{0};        // of a wait for a picture; 0: for ever
  uint64_t pictures_max = 0;  // then it ends; 0: never
  uint32_t run = 0;           // in the names of plain pictures: another run's are not overwritten
};

// What the reader cannot know.
struct ReceiveCounts {
  uint64_t datagrams = 0;
  uint64_t bytes = 0;
  uint64_t kernel_drops = 0;  // found the socket's receive buffer full
  uint64_t timeouts = 0;
  Duration duration{0};
};

// The loop's thread. Stops its loop after pictures_max.
class PictureReceiver : public DatagramHandler {
 public:
  // `reader`, `folder` (nullptr: nothing is saved) and `counts` outlive it; `counts` is filled in
  // when the socket closes.
  PictureReceiver(Loop& loop, const ReceiveOptions& options, PictureReader& reader,
                  PictureFolder* folder, ReceiveCounts& counts);

  void OnDatagrams(DatagramSocket& socket, absl::Span<const Datagram> batch) override;
  void OnStop(DatagramSocket& socket) override;

 private:
  static constexpr Duration kExpireEvery = std::chrono::milliseconds(20);
  static constexpr Duration kProgressEvery = std::chrono::seconds(1);

  void Came(const Picture& picture);
  void Save(const Picture& picture);
  void Hint(const Datagram& datagram);
  void TimedOut();
  void Expire();
  void ShowProgress();
  void Say(const std::string& line);
  bool done() const { return options_.pictures_max != 0 && pictures_ == options_.pictures_max; }

  Loop& loop_;
  ReceiveOptions options_;
  PictureReader& reader_;
  PictureFolder* folder_;
  ReceiveCounts& counts_;
  Timer timeout_;
  Timer expire_;
  Timer progress_timer_;
  report::Progress progress_;
  TimePoint started_;
  uint64_t pictures_ = 0;
  uint64_t picture_bytes_ = 0;
  uint64_t shown_pictures_ = 0;  // as of the last progress line
  uint64_t shown_bytes_ = 0;
  TimePoint shown_;
  bool hinted_ = false;
};

}  // namespace sluice::picture

#endif  // SLUICE_APPS_PICTURE_PICTURE_RECEIVER_H_
