#include "apps/files/client.h"

#include <algorithm>
#include <utility>

#include "apps/files/client_session.h"

namespace sluice::files {

Client::Client(Loop& loop, ClientOptions options, std::vector<Task> tasks, DiskThread* thread,
               std::function<void(const Task&, const Outcome&)> on_outcome)
    : loop_(loop),
      options_(std::move(options)),
      disk_(loop, thread),
      tasks_(tasks.begin(), tasks.end()),
      on_outcome_(std::move(on_outcome)),
      retry_(loop, [this] { ConnectMore(); }),
      tasks_open_(tasks_.size()) {}

Client::~Client() = default;

void Client::Start() {
  ConnectMore();
}

void Client::ConnectMore() {
  const size_t wanted = std::min<size_t>(options_.connections, tasks_.size() + sessions_.size());
  while (sessions_.size() < wanted) Connect();
}

void Client::Connect() {
  ConnectOptions options;
  options.timeout = options_.connect_timeout;
  options.limits = ChannelLimits(options_.idle_timeout, options_.idle_timeout);
  auto session = std::make_unique<ClientSession>(*this, loop_, disk_);
  ClientSession* raw = session.get();
  sessions_.push_back(raw);
  raw->set_id(loop_.Connect(options_.server, std::move(options), std::move(session)));
}

bool Client::NextTask(Task* task) {
  connected_ = true;
  connect_failures_ = 0;
  if (tasks_.empty()) return false;
  *task = std::move(tasks_.front());
  tasks_.pop_front();
  return true;
}

void Client::TaskDone(const Task& task, const Outcome& outcome) {
  --tasks_open_;
  ++ended_.files_done;
  ended_.bytes_known += outcome.bytes;
  ended_.bytes_done += outcome.bytes;
  ended_.bytes_moved += outcome.bytes - outcome.resumed_at;
  on_outcome_(task, outcome);
}

// A server that did not see a connection break holds its part until that has been silent for its
// idle timeout, which by default is ours.
void Client::TaskBusy(Task task) {
  if (!task.busy_since.has_value()) task.busy_since = loop_.now();
  const Duration patience = options_.idle_timeout + options_.retry_delay;
  if (loop_.now() - *task.busy_since < patience) task.failures = -1;  // this one does not count
  TaskBroke(std::move(task), 0, TransferErrorText(TransferError::kBusy));
}

// It goes on where it broke, before the others.
void Client::TaskBroke(Task task, uint64_t bytes_there, std::string_view why) {
  if (bytes_there > task.bytes_there) task.busy_since.reset();
  task.failures = bytes_there > task.bytes_there ? 1 : task.failures + 1;
  task.bytes_there = std::max(task.bytes_there, bytes_there);
  if (task.failures <= options_.retries) {
    tasks_.push_front(std::move(task));
    if (!retry_.armed()) retry_.ArmAfter(options_.retry_delay);
    return;
  }
  Outcome outcome;
  outcome.error = "broken off: " + std::string(why);
  if (task.bytes_there > 0) outcome.error += "; the same command goes on where it broke";
  TaskDone(task, outcome);
}

void Client::SessionClosed(ClientSession* session, CloseReason reason) {
  sessions_.erase(std::find(sessions_.begin(), sessions_.end(), session));
  const bool unreachable =
      reason.code == CloseCode::kConnectFailed || reason.code == CloseCode::kConnectTimeout;
  if (unreachable && sessions_.empty() && (!connected_ || ++connect_failures_ > options_.retries)) {
    FailRest(reason.ToString());
  }
  if (tasks_open_ == 0) {
    if (sessions_.empty()) loop_.Stop(Duration(0));
  } else if (unreachable) {
    if (!retry_.armed()) retry_.ArmAfter(options_.retry_delay);
  } else if (!retry_.armed() && !loop_.stopping()) {
    retry_.ArmAfter(Duration(0));  // an error ended it; the others want a connection
  }
}

void Client::FailRest(const std::string& error) {
  while (!tasks_.empty()) {
    const Task task = std::move(tasks_.front());
    tasks_.pop_front();
    Outcome outcome;
    outcome.error = error;
    TaskDone(task, outcome);
  }
}

void Client::Abort() {
  tasks_.clear();
  loop_.Stop(Duration(0));
}

ClientProgress Client::progress() const {
  ClientProgress progress = ended_;
  progress.waiting = sessions_.empty() && retry_.armed();
  for (const ClientSession* session : sessions_) {
    progress.bytes_known += session->size();
    progress.bytes_done += session->there();
    progress.bytes_moved += session->moved();
  }
  return progress;
}

}  // namespace sluice::files
