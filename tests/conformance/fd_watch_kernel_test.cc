// Descriptors that are not the loop's: pipes, terminals, files, what else poll(2) takes.
#include <fcntl.h>
#include <pty.h>
#include <signal.h>
#include <sys/eventfd.h>
#include <sys/signalfd.h>
#include <sys/timerfd.h>
#include <unistd.h>

#include <cerrno>
#include <optional>

#include "reactor/base/check.h"
#include "reactor/fd_watch.h"
#include "tests/conformance/fixture.h"

namespace sluice::test {
namespace {

// A descriptor that closes itself.
class Fd {
 public:
  explicit Fd(int fd) : fd_(fd) { SLUICE_CHECK(fd >= 0, "a test opens what it needs"); }
  Fd(Fd&& other) noexcept : fd_(std::exchange(other.fd_, -1)) {}
  ~Fd() { Close(); }
  int get() const { return fd_; }
  void Close() {
    if (fd_ >= 0) close(std::exchange(fd_, -1));
  }
  void Write(std::string_view bytes) const {
    EXPECT_EQ(write(fd_, bytes.data(), bytes.size()), static_cast<ssize_t>(bytes.size()));
  }
  // What one read gives; nullopt: an error, in errno.
  std::optional<std::string> Read(size_t bytes_max = 4096) const {
    std::string bytes(bytes_max, '\0');
    const ssize_t size = read(fd_, bytes.data(), bytes.size());
    if (size < 0) return std::nullopt;
    bytes.resize(static_cast<size_t>(size));
    return bytes;
  }

 private:
  int fd_;
};

// Blocking, as standard input is: a call without something to read would hang the test.
struct Pipe {
  static Pipe Make() {
    int ends[2];
    SLUICE_CHECK(pipe2(ends, O_CLOEXEC) == 0, "a pipe opens");
    return {Fd(ends[0]), Fd(ends[1])};
  }
  Fd reader;
  Fd writer;
};

class FdWatchTest : public KernelTest {
 protected:
  using WatchPtr = std::unique_ptr<FdWatch>;

  WatchPtr Watch(const Fd& fd, absl::AnyInvocable<void()> on_readable) {
    absl::StatusOr<WatchPtr> watch = FdWatch::Create(loop(), fd.get(), std::move(on_readable));
    EXPECT_TRUE(watch.ok()) << watch.status();
    SLUICE_CHECK(watch.ok(), "a test watches what it can");
    return *std::move(watch);
  }

  // Turns taken while there is nothing to do: a loop that spins takes thousands.
  int TurnsIn(Duration time) {
    bool over = false;
    Timer end(loop(), [&] { over = true; });
    end.ArmAfter(time);
    int turns = 0;
    for (; !over; ++turns) loop().Turn();
    return turns;
  }
};
SLUICE_ON_KERNEL_BACKENDS(FdWatchTest);

TEST_P(FdWatchTest, IsCalledWhenSomethingCanBeReadAndOnlyThen) {
  Pipe pipe = Pipe::Make();
  std::string received;
  int calls = 0;
  auto watch = Watch(pipe.reader, [&] {
    ++calls;
    received += *pipe.reader.Read();
  });
  Settle();
  EXPECT_EQ(calls, 0);
  pipe.writer.Write("one");
  EXPECT_EQ(calls, 0) << "only in a turn";
  ASSERT_TRUE(TurnUntil([&] { return received == "one"; }));
  Settle();
  EXPECT_EQ(calls, 1);
  pipe.writer.Write("two");
  ASSERT_TRUE(TurnUntil([&] { return received == "onetwo"; }));
  EXPECT_EQ(calls, 2);
}

TEST_P(FdWatchTest, IsCalledAgainUntilAllIsRead) {
  Pipe pipe = Pipe::Make();
  std::string received;
  int calls = 0;
  auto watch = Watch(pipe.reader, [&] {
    ++calls;
    received += *pipe.reader.Read(1);
  });
  pipe.writer.Write("abc");
  ASSERT_TRUE(TurnUntil([&] { return received == "abc"; }));
  Settle();
  EXPECT_EQ(calls, 3);
}

TEST_P(FdWatchTest, WhatWasThereBeforeIsToldToo) {
  Pipe pipe = Pipe::Make();
  pipe.writer.Write("early");
  std::string received;
  auto watch = Watch(pipe.reader, [&] { received += *pipe.reader.Read(); });
  ASSERT_TRUE(TurnUntil([&] { return received == "early"; }));
}

TEST_P(FdWatchTest, TheEndIsReadable) {
  Pipe pipe = Pipe::Make();
  std::vector<std::string> reads;
  WatchPtr watch = Watch(pipe.reader, [&] {
    reads.push_back(*pipe.reader.Read());
    if (reads.back().empty()) watch.reset();
  });
  pipe.writer.Write("last");
  pipe.writer.Close();
  ASSERT_TRUE(TurnUntil([&] { return watch == nullptr; }));
  EXPECT_EQ(reads, (std::vector<std::string>{"last", ""}));
}

TEST_P(FdWatchTest, AHangUpIsReadable) {
  int ends[2];
  ASSERT_EQ(openpty(&ends[0], &ends[1], nullptr, nullptr, nullptr), 0);
  Fd terminal(ends[0]);
  Fd program(ends[1]);
  std::vector<int> errors;
  std::string received;
  WatchPtr watch = Watch(terminal, [&] {
    const std::optional<std::string> bytes = terminal.Read();
    if (bytes.has_value()) {
      received += *bytes;
    } else {
      errors.push_back(errno);
      watch.reset();
    }
  });
  program.Write("hello");
  program.Close();
  ASSERT_TRUE(TurnUntil([&] { return watch == nullptr; }));
  EXPECT_EQ(received, "hello");
  EXPECT_EQ(errors, std::vector<int>{EIO});
}

TEST_P(FdWatchTest, APausedWatchIsSilentAndGoesOn) {
  Pipe pipe = Pipe::Make();
  std::string received;
  auto watch = Watch(pipe.reader, [&] { received += *pipe.reader.Read(); });
  watch->Pause();
  EXPECT_TRUE(watch->paused());
  pipe.writer.Write("x");
  Settle();
  EXPECT_EQ(received, "");
  watch->Resume();
  ASSERT_TRUE(TurnUntil([&] { return received == "x"; }));
}

TEST_P(FdWatchTest, APauseInItsOwnFunctionHolds) {
  Pipe pipe = Pipe::Make();
  int calls = 0;
  WatchPtr watch = Watch(pipe.reader, [&] {
    ++calls;
    watch->Pause();
  });
  pipe.writer.Write("x");
  ASSERT_TRUE(TurnUntil([&] { return calls == 1; }));
  Settle();
  EXPECT_EQ(calls, 1);
  watch->Resume();
  ASSERT_TRUE(TurnUntil([&] { return calls == 2; }));
}

TEST_P(FdWatchTest, WhatWasReadDuringAPauseIsNotTold) {
  Pipe pipe = Pipe::Make();
  int calls = 0;
  auto watch = Watch(pipe.reader, [&] { ++calls; });
  Settle();
  for (int round = 0; round < 50; ++round) {
    pipe.writer.Write("x");  // what the kernel has to say of it is on its way
    watch->Pause();
    EXPECT_EQ(*pipe.reader.Read(), "x");
    watch->Resume();
    Settle(2);
  }
  EXPECT_EQ(calls, 0);
}

TEST_P(FdWatchTest, AHungUpDescriptorDoesNotSpinAPausedLoop) {
  Pipe pipe = Pipe::Make();
  auto watch = Watch(pipe.reader, [] { ADD_FAILURE() << "it is paused"; });
  watch->Pause();
  pipe.writer.Close();
  EXPECT_LT(TurnsIn(50ms), 50);
}

TEST_P(FdWatchTest, DestroyedWithoutATurnItLeavesNothing) {
  for (int round = 0; round < 3; ++round) {
    Pipe pipe = Pipe::Make();
    pipe.writer.Write("x");
    auto watch = Watch(pipe.reader, [] { ADD_FAILURE() << "it is destroyed"; });
    watch.reset();
  }
  Settle();
}

TEST_P(FdWatchTest, OneMayDestroyAnotherThatIsReadyToo) {
  Pipe pipes[] = {Pipe::Make(), Pipe::Make()};
  WatchPtr watches[2];
  int calls = 0;
  for (int i = 0; i < 2; ++i) {
    watches[i] = Watch(pipes[i].reader, [&, i] {
      ++calls;
      pipes[i].reader.Read();
      watches[1 - i].reset();
    });
    pipes[i].writer.Write("x");
  }
  ASSERT_TRUE(TurnUntil([&] { return calls > 0; }));
  Settle();
  EXPECT_EQ(calls, 1);
  EXPECT_EQ((watches[0] == nullptr) + (watches[1] == nullptr), 1);
}

TEST_P(FdWatchTest, AReusedNumberBringsNothingOfItsFormerOwner) {
  int former_calls = 0;
  int calls = 0;
  for (int round = 0; round < 20; ++round) {
    Pipe former = Pipe::Make();
    const int number = former.reader.get();
    auto former_watch = Watch(former.reader, [&] { ++former_calls; });
    if (round % 2 == 0) Settle(2);  // else it was never told to the kernel
    former.writer.Write("x");
    former_watch.reset();
    former.reader.Close();
    Fd copy_of_writer(dup(former.writer.get()));  // takes the number, and is not readable
    ASSERT_EQ(copy_of_writer.get(), number);
    auto watch = Watch(copy_of_writer, [&] { ++calls; });
    former.writer.Close();
    watch->Pause();  // with nobody to read it, it is broken, and that is told
    Settle(3);
  }
  EXPECT_EQ(former_calls, 0);
  EXPECT_EQ(calls, 0);
}

TEST_P(FdWatchTest, ManyAtOnceEachGetsItsOwn) {
  constexpr int kPipes = 200;
  std::vector<Pipe> pipes;
  std::vector<std::string> received(kPipes);
  std::vector<WatchPtr> watches;
  for (int i = 0; i < kPipes; ++i) {
    pipes.push_back(Pipe::Make());
    watches.push_back(
        Watch(pipes.back().reader, [&, i] { received[i] += *pipes[i].reader.Read(2); }));
  }
  for (int round = 0; round < 3; ++round) {
    for (int i = 0; i < kPipes; ++i) pipes[i].writer.Write(std::to_string(i) + ";");
  }
  const auto expected = [](int i) {
    const std::string once = std::to_string(i) + ";";
    return once + once + once;
  };
  ASSERT_TRUE(TurnUntil([&] {
    for (int i = 0; i < kPipes; ++i) {
      if (received[i] != expected(i)) return false;
    }
    return true;
  }));
}

TEST_P(FdWatchTest, ARegularFileIsAlwaysReadable) {
  char name[] = "/tmp/sluice_fd_watch_XXXXXX";
  Fd file(mkstemp(name));
  unlink(name);
  file.Write("abcdef");
  lseek(file.get(), 0, SEEK_SET);
  std::string received;
  int ends = 0;
  auto watch = Watch(file, [&] {
    const std::string piece = *file.Read(4);
    received += piece;
    ends += piece.empty();
  });
  ASSERT_TRUE(TurnUntil([&] { return ends == 3; }));
  EXPECT_EQ(received, "abcdef");
  watch->Pause();
  EXPECT_LT(TurnsIn(50ms), 50);
  EXPECT_EQ(ends, 3);
  watch->Resume();
  ASSERT_TRUE(TurnUntil([&] { return ends == 4; }));
}

TEST_P(FdWatchTest, OneThatIsAlwaysReadableStarvesNobody) {
  Fd file(open("/dev/zero", O_RDONLY | O_CLOEXEC));
  auto watch = Watch(file, [&] { file.Read(1); });
  bool fired = false;
  Timer timer(loop(), [&] { fired = true; });
  timer.ArmAfter(1ms);
  Pair pair = ConnectPair(script::Say("hello"), script::Echo);
  ASSERT_TRUE(TurnUntil([&] { return pair.client->received == "hello" && fired; }));
}

TEST_P(FdWatchTest, WakesASleepingLoop) {
  Fd clock(timerfd_create(CLOCK_MONOTONIC, TFD_CLOEXEC));
  const itimerspec soon{{0, 0}, {0, 20'000'000}};
  ASSERT_EQ(timerfd_settime(clock.get(), 0, &soon, nullptr), 0);
  int calls = 0;
  auto watch = Watch(clock, [&] {
    ++calls;
    clock.Read(8);
  });
  ASSERT_TRUE(SleepUntil([&] { return calls == 1; }));
}

TEST_P(FdWatchTest, SignalsCanBeWatched) {
  sigset_t set;
  sigset_t before;
  sigemptyset(&set);
  sigaddset(&set, SIGUSR1);
  sigprocmask(SIG_BLOCK, &set, &before);
  {
    Fd signals(signalfd(-1, &set, SFD_CLOEXEC));
    uint32_t number = 0;
    auto watch = Watch(signals, [&] {
      const std::string bytes = *signals.Read(sizeof(signalfd_siginfo));
      signalfd_siginfo info;
      ASSERT_EQ(bytes.size(), sizeof(info));
      memcpy(&info, bytes.data(), sizeof(info));
      number = info.ssi_signo;
    });
    raise(SIGUSR1);
    ASSERT_TRUE(TurnUntil([&] { return number == SIGUSR1; }));
  }
  sigprocmask(SIG_SETMASK, &before, nullptr);
}

TEST_P(FdWatchTest, OneWatchADescriptor) {
  Pipe pipe = Pipe::Make();
  auto watch = Watch(pipe.reader, [] {});
  const auto second = FdWatch::Create(loop(), pipe.reader.get(), [] {});
  EXPECT_EQ(second.status().code(), absl::StatusCode::kAlreadyExists) << second.status();
  watch.reset();
  EXPECT_TRUE(FdWatch::Create(loop(), pipe.reader.get(), [] {}).ok());
}

TEST_P(FdWatchTest, AnotherLoopMayWatchItToo) {
  Pipe pipe = Pipe::Make();
  auto other = MakeLoop();
  int calls = 0;
  auto watch = Watch(pipe.reader, [] {});
  auto other_watch = FdWatch::Create(*other, pipe.reader.get(), [&] { ++calls; });
  ASSERT_TRUE(other_watch.ok()) << other_watch.status();
  pipe.writer.Write("x");
  ASSERT_TRUE(test::TurnUntil(*other, [&] { return calls > 0; }));
}

TEST_P(FdWatchTest, AClosedDescriptorIsRefusedInWords) {
  loop();
  Pipe pipe = Pipe::Make();
  const int number = pipe.reader.get();
  pipe.reader.Close();
  const absl::Status status = FdWatch::Create(loop(), number, [] {}).status();
  EXPECT_FALSE(status.ok());
  EXPECT_THAT(
      std::string(status.message()),
      testing::AllOf(testing::HasSubstr(std::to_string(number)), testing::HasSubstr("not open")));
}

TEST_P(FdWatchTest, AWatchDoesNotKeepAStoppingLoop) {
  Pipe pipe = Pipe::Make();
  int calls = 0;
  auto watch = Watch(pipe.reader, [&] { ++calls; });
  loop().Stop();
  ASSERT_TRUE(TurnUntil([&] { return !loop().Turn(loop().now() + 1ms); }));
  const int calls_before = calls;
  pipe.writer.Write("x");
  EXPECT_FALSE(loop().Turn());
  EXPECT_EQ(calls, calls_before);
}

TEST_P(FdWatchTest, ItMayStopTheLoopAndOutliveIt) {
  Pipe pipe = Pipe::Make();
  int calls = 0;
  auto watch = Watch(pipe.reader, [&] {
    ++calls;
    pipe.reader.Read();
    loop().Stop();
  });
  pipe.writer.Write("x");
  loop().Run();
  EXPECT_EQ(calls, 1);
  DestroyLoop();
  watch->Pause();
  watch->Resume();
  ASSERT_GE(fcntl(pipe.reader.get(), F_GETFD), 0) << "the descriptor is its owner's";
  pipe.writer.Write("still open");
  EXPECT_EQ(*pipe.reader.Read(), "still open");
}

// The simulated network among them.
class FdWatchSupportTest : public ReactorTest {};
SLUICE_ON_EVERY_BACKEND(FdWatchSupportTest);

TEST_P(FdWatchSupportTest, WorksWhereThereAreDescriptorsAndSaysSoWhereNot) {
  Pipe pipe = Pipe::Make();
  const absl::Status status = FdWatch::Create(loop(), pipe.reader.get(), [] {}).status();
  if (GetParam().has_kernel) {
    EXPECT_TRUE(status.ok()) << status;
  } else {
    EXPECT_EQ(status.code(), absl::StatusCode::kUnimplemented);
    EXPECT_THAT(std::string(status.message()), testing::HasSubstr("sim has no descriptors"));
  }
}

}  // namespace
}  // namespace sluice::test
