// The command line, checked: what has no meaning ends the program as bad usage.
#ifndef SLUICE_APPS_PICTURE_FLAGS_H_
#define SLUICE_APPS_PICTURE_FLAGS_H_

#include <cstdint>
#include <string>

#include "absl/status/statusor.h"
#include "apps/picture/picture_folder.h"
#include "apps/picture/picture_receiver.h"
#include "apps/picture/picture_sender.h"
#include "apps/picture/reassembler.h"

namespace sluice::picture {

struct SendCommand {
  SendOptions send;
  uint64_t repeat = 1;  // of the list of files; where send.frames is not given
  bool endless = false;
  bool dont_fragment = false;
  bool broadcast = false;
  int multicast_ttl = 2;
  uint32_t interface = 0;  // of multicast; 0: the one of the routing table
  int send_buffer_bytes = 0;
  bool json = false;
};

struct ReceiveCommand {
  ReceiveOptions receive;
  ReassemblyLimits limits;
  Endpoint listen;
  std::string out;  // "": nothing is saved
  PictureFolder::Options folder;
  Duration duration{0};  // then it ends; 0: never
  uint32_t interface = 0;
  int receive_buffer_bytes = 0;
  bool json = false;
};

absl::StatusOr<SendCommand> SendCommandFromFlags();
absl::StatusOr<ReceiveCommand> ReceiveCommandFromFlags();

}  // namespace sluice::picture

#endif  // SLUICE_APPS_PICTURE_FLAGS_H_
