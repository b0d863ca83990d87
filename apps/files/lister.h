// Asks a server what is in a directory.
#ifndef SLUICE_APPS_FILES_LISTER_H_
#define SLUICE_APPS_FILES_LISTER_H_

#include <string>
#include <vector>

#include "apps/files/channel.h"

namespace sluice::files {

struct Listing {
  std::vector<Frame> entries;                  // kEntry
  bool more = false;                           // than the server tells
  std::string error = "the connection broke";  // empty once all of it is here
};

// Stops its loop when it is over.
class Lister : public Channel {
 public:
  // `disk` and `listing` outlive it. An empty name is the server's root.
  Lister(Disk& disk, std::string name, Listing& listing)
      : Channel(disk), name_(std::move(name)), listing_(listing) {}

 private:
  void OnOpen(Connection& connection) override;
  void OnFrame(Connection& connection, Frame frame) override;
  void OnBody(Connection&, std::string_view) override {}
  void OnFailure(Connection&, TransferError error, std::string_view text) override;
  void OnClose(Connection& connection, CloseReason reason) override;

  const std::string name_;
  Listing& listing_;
  size_t name_bytes_ = 0;
  bool over_ = false;
};

}  // namespace sluice::files

#endif  // SLUICE_APPS_FILES_LISTER_H_
