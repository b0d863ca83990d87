// One connection of a client: one file after the other.
#ifndef SLUICE_APPS_FILES_CLIENT_SESSION_H_
#define SLUICE_APPS_FILES_CLIENT_SESSION_H_

#include <optional>
#include <string>
#include <string_view>

#include "apps/files/channel.h"
#include "apps/files/client.h"
#include "apps/files/file_sender.h"

namespace sluice::files {

class ClientSession : public Channel {
 public:
  ClientSession(Client& client, Loop& loop, Disk& disk)
      : Channel(disk), client_(client), loop_(loop) {}

  void set_id(ConnectionId id) { id_ = id; }
  ConnectionId id() const { return id_; }
  uint64_t size() const;   // of the file under way
  uint64_t there() const;  // of its bytes
  uint64_t moved() const;  // of them by this connection

 private:
  void OnOpen(Connection& connection) override;
  void OnFrame(Connection& connection, Frame frame) override;
  void OnBody(Connection& connection, std::string_view piece) override;
  void OnDrain(Connection& connection) override;
  void OnClose(Connection& connection, CloseReason reason) override;
  void OnFailure(Connection& connection, TransferError error, std::string_view text) override;

  void Next(Connection& connection);
  std::string Ask(Connection& connection);
  std::string OpenLocal();
  void Receive(Connection& connection, Frame offer);
  void Transfer(Connection& connection, const Frame& frame);
  void ServerFailed(Connection& connection, const Frame& frame);
  void Finish(Connection& connection);
  void End(std::string error);

  Client& client_;
  Loop& loop_;
  ConnectionId id_;
  std::optional<Task> task_;  // under way
  TimePoint began_;
  std::optional<FileRoot> root_;  // that it is written beneath
  std::optional<FileSender> sender_;
  std::optional<FileReceiver> receiver_;
};

}  // namespace sluice::files

#endif  // SLUICE_APPS_FILES_CLIENT_SESSION_H_
