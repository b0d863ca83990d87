// Runs a LLVMFuzzerTestOneInput without libFuzzer, so that fuzz targets run with any compiler:
// seeded inputs in place of coverage feedback. Every input follows from --seed and its number, so a
// failure is replayed with the numbers the last lines name.
#include <signal.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <iterator>
#include <string>
#include <string_view>

#include "absl/flags/flag.h"
#include "absl/flags/parse.h"
#include "absl/flags/usage.h"
#include "reactor/base/prng.h"
#include "tests/fuzz/corpus.h"

ABSL_FLAG(uint64_t, seed, 1, "every input follows from this number");
ABSL_FLAG(double, seconds, 10, "how long to run; not used when --runs is given");
ABSL_FLAG(uint64_t, runs, 0, "how many inputs to run; 0 means until --seconds are over");
ABSL_FLAG(uint64_t, first, 0, "number of the first input: replays one failure with --runs=1");
ABSL_FLAG(std::string, corpus, "",
          "a folder of inputs: each runs as it is, and most others are made by changing one");
ABSL_FLAG(uint64_t, input_bytes_max, 2000, "the longest input");

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size);
// Of the sanitizers' runtime; null in a build without them.
extern "C" [[gnu::weak]] void __sanitizer_set_death_callback(void (*callback)());

namespace sluice {
namespace {

using Clock = std::chrono::steady_clock;

// How to replay the running input. Written before each input, so that a signal handler only has to
// write it out.
char replay_line[128];
size_t replay_line_bytes = 0;

void PrintReplayLine() {
  if (write(STDERR_FILENO, replay_line, replay_line_bytes) < 0) return;  // nothing else to tell
}

void OnFatalSignal(int signal) {
  PrintReplayLine();
  raise(signal);  // SA_RESETHAND put the default action back
}

void PrintReplayLineOnFailure() {
  if (__sanitizer_set_death_callback != nullptr) {
    __sanitizer_set_death_callback(PrintReplayLine);
  }
  struct sigaction action = {};
  action.sa_handler = OnFatalSignal;
  action.sa_flags = SA_RESETHAND;
  sigaction(SIGABRT, &action, nullptr);
  // A sanitizer reports these itself, with the stack, and then calls back.
  if (__sanitizer_set_death_callback == nullptr) sigaction(SIGSEGV, &action, nullptr);
}

// Runs of bytes from a few alphabets: what parsers branch on, and anything at all.
std::string MakeInput(uint64_t seed, uint64_t number, size_t input_bytes_max) {
  static constexpr std::string_view kAlphabets[] = {
      std::string_view("\0\0\0\0\0\1\2\3\4\5\10\20", 12), "\r\n##;abEND ", "\x80\x81\xff\x7f\x01",
      "xxxxxxxxxxxxxxx\n"};
  Prng prng(seed * 0x9e3779b97f4a7c15u + number);
  std::string input;
  // Short inputs more often than long ones: they run faster and reach as much.
  const size_t size = prng.Between(0, std::max<uint64_t>(1, input_bytes_max >> prng.Between(0, 6)));
  while (input.size() < size) {
    const uint64_t choice = prng.Between(0, std::size(kAlphabets));
    for (uint64_t left = prng.Between(1, 40); left > 0; --left) {
      if (choice == std::size(kAlphabets)) {
        input += static_cast<char>(prng.Next());
      } else {
        const std::string_view alphabet = kAlphabets[choice];
        input += alphabet[prng.Between(0, alphabet.size() - 1)];
      }
    }
    if (prng.Chance(1, 3)) {  // repeat something: protocols are full of repetition
      const size_t from = prng.Between(0, input.size() - 1);
      input += std::string(input, from, prng.Between(1, 60));
    }
  }
  input.resize(size);
  return input;
}

// The files of the corpus first, then three of four by changing one of them.
std::string MakeInput(uint64_t seed, uint64_t number, size_t input_bytes_max,
                      const Corpus& corpus) {
  if (number < corpus.size()) return corpus[number];
  Prng prng(~seed * 0x9e3779b97f4a7c15u + number);
  if (corpus.size() == 0 || prng.Chance(1, 4)) return MakeInput(seed, number, input_bytes_max);
  return corpus.Changed(prng);
}

struct Options {
  uint64_t seed;
  uint64_t first;
  uint64_t runs;
  double seconds;
  size_t input_bytes_max;
};

uint64_t Run(const Options& options, const Corpus& corpus) {
  const bool terminal = isatty(STDERR_FILENO) != 0;
  const Clock::time_point start = Clock::now();
  double next_line_seconds = 1;
  uint64_t done = 0;
  for (; options.runs == 0 || done < options.runs; ++done) {
    const uint64_t number = options.first + done;
    replay_line_bytes = static_cast<size_t>(std::snprintf(
        replay_line, sizeof replay_line,
        "failing input: --seed=%llu --first=%llu --runs=1 (and --corpus, if given)\n",
        static_cast<unsigned long long>(options.seed), static_cast<unsigned long long>(number)));
    const std::string input = MakeInput(options.seed, number, options.input_bytes_max, corpus);
    LLVMFuzzerTestOneInput(reinterpret_cast<const uint8_t*>(input.data()), input.size());
    if (done % 16 != 0) continue;
    const double seconds = std::chrono::duration<double>(Clock::now() - start).count();
    if (options.runs == 0 && seconds >= options.seconds) break;
    if (seconds < next_line_seconds) continue;
    next_line_seconds = seconds + (terminal ? 1 : 10);
    std::fprintf(stderr, "%c%llu inputs, %.0f s%s", terminal ? '\r' : ' ',
                 static_cast<unsigned long long>(done), seconds, terminal ? "" : "\n");
  }
  if (terminal) std::fprintf(stderr, "\n");
  return done;
}

}  // namespace
}  // namespace sluice

int main(int argc, char** argv) {
  absl::SetProgramUsageMessage(
      "Runs a fuzz target over seeded inputs.\n"
      "  codec_fuzz --seconds=60\n"
      "  codec_fuzz --seed=7 --runs=10000\n"
      "  codec_fuzz --seed=7 --first=4321 --runs=1    (one input again)");
  const auto rest = absl::ParseCommandLine(argc, argv);
  if (rest.size() > 1) {
    std::fprintf(stderr, "%s: no arguments are taken, got '%s'\n", argv[0], rest[1]);
    return 2;
  }
  const sluice::Options options = {absl::GetFlag(FLAGS_seed), absl::GetFlag(FLAGS_first),
                                   absl::GetFlag(FLAGS_runs), absl::GetFlag(FLAGS_seconds),
                                   absl::GetFlag(FLAGS_input_bytes_max)};
  if (!(options.seconds > 0) || options.input_bytes_max == 0) {
    std::fprintf(stderr, "%s: --seconds and --input_bytes_max must be above 0\n", argv[0]);
    return 2;
  }
  sluice::Corpus corpus;
  if (const std::string folder = absl::GetFlag(FLAGS_corpus); !corpus.Load(folder)) {
    std::fprintf(stderr, "%s: no files in --corpus=%s\n", argv[0], folder.c_str());
    return 2;
  }
  sluice::PrintReplayLineOnFailure();
  const uint64_t done = sluice::Run(options, corpus);
  std::printf("%llu inputs from seed %llu, no failure\n", static_cast<unsigned long long>(done),
              static_cast<unsigned long long>(options.seed));
  return 0;
}
