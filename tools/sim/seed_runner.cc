#include "tools/sim/seed_runner.h"

#include <fcntl.h>
#include <poll.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <csignal>
#include <cstring>
#include <string>
#include <utility>

#include "absl/status/status.h"
#include "reactor/backend/socket_util.h"
#include "tools/cli/interrupt.h"
#include "tools/sim/seed_worker.h"

namespace sluice::simulate {
namespace {

using Clock = std::chrono::steady_clock;

struct Worker {
  pid_t pid = -1;  // -1: it has ended
  int results = -1;
  int errors = -1;            // a file in memory: the worker's standard error
  std::string partial;        // a line of results that is not whole yet
  uint64_t trial = kNoTrial;  // as seen last, and since when
  Clock::time_point since;
  bool killed = false;
};

// The line that says what was violated; else the last lines of what the worker said.
std::string Essence(const std::string& said) {
  const size_t violation = said.find("violation: ");
  if (violation != std::string::npos) {
    return said.substr(violation, said.find('\n', violation) - violation);
  }
  constexpr size_t kTailBytes = 4000;
  return said.size() <= kTailBytes ? said : "..." + said.substr(said.size() - kTailBytes);
}

std::string HowItEnded(int status) {
  if (WIFSIGNALED(status)) return std::string("killed by ") + strsignal(WTERMSIG(status));
  return "exited with " + std::to_string(WEXITSTATUS(status));
}

class Runner {
 public:
  Runner(const RunOptions& options, SharedState& shared)
      : options_(options), shared_(shared), workers_(static_cast<size_t>(options.workers)) {
    report_.by_scenario.resize(options.scenarios.size());
  }
  ~Runner() {
    for (Worker& worker : workers_) Drop(worker);
  }

  absl::StatusOr<RunReport> Run(absl::FunctionRef<void(const RunReport&)> progress) {
    began_ = Clock::now();
    for (size_t i = 0; i < workers_.size(); ++i) {
      if (absl::Status status = Launch(i); !status.ok()) return status;
    }
    while (AnyRuns()) {
      if (absl::Status status = Listen(); !status.ok()) return status;
      Watch();
      report_.wall = std::chrono::duration_cast<Duration>(Clock::now() - began_);
      if (cli::Interrupted()) report_.interrupted = true;
      const bool late = options_.duration > Duration(0) && report_.wall >= options_.duration;
      const bool enough = report_.violations.size() >= options_.violations_max;
      if (late || enough || report_.interrupted) {
        shared_.stop = true;
        report_.complete = false;
      }
      progress(report_);
    }
    return std::move(report_);
  }

 private:
  bool AnyRuns() const {
    return std::any_of(workers_.begin(), workers_.end(),
                       [](const Worker& worker) { return worker.pid > 0; });
  }

  absl::Status Launch(size_t number) {
    Worker& worker = workers_[number];
    worker = {};
    shared_.trial_of[number] = kNoTrial;
    int ends[2];
    if (pipe2(ends, O_CLOEXEC) != 0) return backend::ErrnoStatus(errno, "pipe for a worker");
    worker.results = ends[0];
    worker.errors = memfd_create("sluice-sim-worker", MFD_CLOEXEC);
    worker.pid = worker.errors < 0 ? -1 : fork();
    if (worker.pid < 0) {
      const int error = errno;
      close(ends[1]);
      return backend::ErrnoStatus(error, "cannot start a worker process");
    }
    if (worker.pid == 0) {
      prctl(PR_SET_PDEATHSIG, SIGKILL);
      // The parent decides when it is over; what is under way is finished.
      signal(SIGINT, SIG_IGN);
      signal(SIGTERM, SIG_IGN);
      dup2(worker.errors, STDERR_FILENO);
      Work(options_, shared_, static_cast<int>(number), ends[1]);
    }
    close(ends[1]);
    worker.since = Clock::now();
    return absl::OkStatus();
  }

  // Takes what workers tell, for a tenth of a second at most.
  absl::Status Listen() {
    std::vector<pollfd> waits;
    for (const Worker& worker : workers_) waits.push_back({worker.results, POLLIN, 0});
    constexpr int kPatienceMs = 100;
    if (poll(waits.data(), waits.size(), kPatienceMs) < 0) return absl::OkStatus();  // a signal
    for (size_t i = 0; i < waits.size(); ++i) {
      if (waits[i].revents == 0) continue;
      char bytes[65536];
      const ssize_t got = read(workers_[i].results, bytes, sizeof(bytes));
      if (got > 0) {
        workers_[i].partial.append(bytes, static_cast<size_t>(got));
        TakeLines(workers_[i]);
      } else if (got == 0) {
        if (absl::Status status = Ended(i); !status.ok()) return status;
      }
    }
    return absl::OkStatus();
  }

  void TakeLines(Worker& worker) {
    for (size_t end = worker.partial.find('\n'); end != std::string::npos;
         end = worker.partial.find('\n')) {
      size_t scenario = 0;
      Totals totals;
      if (DecodeTotals(std::string_view(worker.partial).substr(0, end), &scenario, &totals)) {
        report_.by_scenario[scenario].Add(totals);
      }
      worker.partial.erase(0, end + 1);
    }
  }

  // A worker is gone: either there is nothing more to do, or its trial ended it.
  absl::Status Ended(size_t number) {
    Worker& worker = workers_[number];
    int status = 0;
    while (waitpid(worker.pid, &status, 0) < 0 && errno == EINTR) {
    }
    worker.pid = -1;
    const bool done = WIFEXITED(status) && WEXITSTATUS(status) == 0;
    if (!done) Blame(worker, number, status);
    Drop(worker);
    return done || shared_.stop ? absl::OkStatus() : Launch(number);
  }

  void Blame(const Worker& worker, size_t number, int status) {
    Violation violation;
    const uint64_t trial = shared_.trial_of[number];
    if (trial != kNoTrial) {
      violation.scenario = &ScenarioOf(options_, trial);
      violation.seed = SeedOf(options_, trial);
    }
    std::string said;
    char bytes[4096];
    lseek(worker.errors, 0, SEEK_SET);
    for (ssize_t got = 0; (got = read(worker.errors, bytes, sizeof(bytes))) > 0;) {
      said.append(bytes, static_cast<size_t>(got));
    }
    violation.what = worker.killed  ? "hang: the trial did not end in time"
                     : said.empty() ? HowItEnded(status)
                                    : Essence(said);
    report_.violations.push_back(std::move(violation));
  }

  // Ends a worker whose trial does not.
  void Watch() {
    const Clock::time_point now = Clock::now();
    for (size_t i = 0; i < workers_.size(); ++i) {
      Worker& worker = workers_[i];
      const uint64_t trial = shared_.trial_of[i];
      if (worker.pid < 0 || trial != worker.trial || trial == kNoTrial) {
        worker.trial = trial;
        worker.since = now;
      } else if (now - worker.since > options_.trial_timeout && !worker.killed) {
        worker.killed = true;
        kill(worker.pid, SIGKILL);
      }
    }
  }

  static void Drop(Worker& worker) {
    if (worker.pid > 0) {
      kill(worker.pid, SIGKILL);
      waitpid(worker.pid, nullptr, 0);
    }
    if (worker.results >= 0) close(worker.results);
    if (worker.errors >= 0) close(worker.errors);
    worker = {};
  }

  const RunOptions& options_;
  SharedState& shared_;
  std::vector<Worker> workers_;
  RunReport report_;
  Clock::time_point began_;
};

}  // namespace

Totals RunReport::Sum() const {
  Totals sum;
  for (const Totals& totals : by_scenario) sum.Add(totals);
  return sum;
}

absl::StatusOr<RunReport> RunSeeds(const RunOptions& options,
                                   absl::FunctionRef<void(const RunReport&)> progress) {
  cli::CatchInterrupts();
  void* memory =
      mmap(nullptr, sizeof(SharedState), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
  if (memory == MAP_FAILED) return backend::ErrnoStatus(errno, "mmap for the workers");
  auto* shared = new (memory) SharedState();
  absl::StatusOr<RunReport> report = Runner(options, *shared).Run(progress);
  munmap(memory, sizeof(SharedState));
  return report;
}

}  // namespace sluice::simulate
