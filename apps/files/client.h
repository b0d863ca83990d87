// The client's end: fetches and sends any number of files over several connections at once, goes on
// where a connection broke, and says of each file how it went.
#ifndef SLUICE_APPS_FILES_CLIENT_H_
#define SLUICE_APPS_FILES_CLIENT_H_

#include <cstddef>
#include <cstdint>
#include <deque>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "apps/files/disk.h"
#include "apps/files/file_receiver.h"
#include "reactor/loop.h"
#include "reactor/timer.h"

namespace sluice::files {

enum class Direction : uint8_t { kGet, kPut };

// One file.
struct Task {
  Direction direction = Direction::kGet;
  std::string remote_name;  // beneath the server's root
  std::string local_path;
  int failures = 0;                       // in a row, without progress
  uint64_t bytes_there = 0;               // when it last broke
  std::optional<TimePoint> busy_since{};  // somebody else has its part, maybe our broken connection
};

// How a task ended.
struct Outcome {
  uint64_t bytes = 0;
  uint64_t resumed_at = 0;  // bytes that an earlier time had brought
  Duration took{0};
  std::string error;  // empty: it is there
};

struct ClientOptions {
  Endpoint server;
  HashKind hash = HashKind::kXxh3;
  int connections = 4;
  int retries = 5;  // of a broken connection, without progress in between
  Duration retry_delay = std::chrono::seconds(1);
  Duration idle_timeout = std::chrono::seconds(60);
  Duration connect_timeout = std::chrono::seconds(10);
  ReceiverOptions receiving;
};

struct ClientProgress {
  size_t files_done = 0;
  uint64_t bytes_done = 0;   // what was there before included
  uint64_t bytes_known = 0;  // of the files begun so far
  uint64_t bytes_moved = 0;  // by this run
  bool waiting = false;      // the connection broke, and is made anew in a while
};

// On its loop's thread.
class Client {
 public:
  // `on_outcome` is called once a task. When all have ended the loop is stopped.
  Client(Loop& loop, ClientOptions options, std::vector<Task> tasks, DiskThread* thread,
         std::function<void(const Task&, const Outcome&)> on_outcome);
  ~Client();
  void Start();
  // Breaks everything off; parts are kept.
  void Abort();
  ClientProgress progress() const;

 private:
  friend class ClientSession;

  // What a connection tells.
  bool NextTask(Task* task);
  void TaskDone(const Task& task, const Outcome& outcome);
  void TaskBusy(Task task);
  void TaskBroke(Task task, uint64_t bytes_there, std::string_view why);
  void SessionClosed(class ClientSession* session, CloseReason reason);

  void Connect();
  void ConnectMore();
  void FailRest(const std::string& error);

  Loop& loop_;
  const ClientOptions options_;
  Disk disk_;
  std::deque<Task> tasks_;
  std::function<void(const Task&, const Outcome&)> on_outcome_;
  std::vector<class ClientSession*> sessions_;
  Timer retry_;
  size_t tasks_open_;  // that have no outcome
  bool connected_ = false;
  int connect_failures_ = 0;
  ClientProgress ended_;  // of tasks that are over
};

}  // namespace sluice::files

#endif  // SLUICE_APPS_FILES_CLIENT_H_
