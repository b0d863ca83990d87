// Commands to a drone and its answers, over a network that loses, repeats and delays both.
//
// The protocol has no numbers: an `ok` does not say what it is for. So one command is outstanding
// at a time, and what else arrives is told from its answer:
//
//  - What is safe to repeat is sent again until it is answered. What moves the drone is sent once:
//    where its answer is lost, nobody knows whether it moved.
//  - Answers that earlier commands may still get are remembered. One that arrives is theirs, not
//  the
//    outstanding command's, which is sent again if that is safe.
//  - Before a command that must not be repeated, answers that may still be under way are flushed
//  out
//    by a question, `battery?`: the drone sent them before its answer. What overtakes that on the
//    network is beyond us.
//  - Between an answer and the next command there is a gap, in which a repeated answer arrives.
//
// For the loop's thread.
#ifndef SLUICE_APPS_DRONE_RADIO_H_
#define SLUICE_APPS_DRONE_RADIO_H_

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "absl/functional/any_invocable.h"
#include "apps/drone/command.h"
#include "reactor/timer.h"
#include "reactor/udp.h"

namespace sluice::drone {

struct RadioOptions {
  Duration timeout = std::chrono::seconds(1);  // beyond the time that a motion takes
  int tries = 5;                               // of what is safe to repeat
  int speedup = 1;                             // so much faster does a simulated drone move
};

enum class Outcome : uint8_t {
  kAnswered,
  kSilent,      // it has no answer: rc
  kUnanswered,  // sent, and nobody knows what came of it
  kCutShort,    // the same, because something more urgent came
  // The drone certainly did not do it:
  kNotSent,  // it did not answer the question before
  kDropped,  // something more urgent came
};

// How a command ended.
struct Exchange {
  std::string command;
  Outcome outcome = Outcome::kDropped;
  std::string answer{};  // as Printable makes it
  int tries = 0;
  Duration took{0};  // since it was first sent

  bool failed() const;
};

// An answer that is not the outstanding command's.
struct Stray {
  enum class Kind : uint8_t { kLate, kDuplicate, kUnexpected };
  Kind kind = Kind::kUnexpected;
  std::string answer;
  std::string command;  // that it seems to be for; empty where it is unexpected
};

class RadioEvents {
 public:
  virtual ~RadioEvents() = default;
  virtual void OnStray(const Stray& stray) = 0;
  virtual void OnRetry(std::string_view command, int next_try, int tries) = 0;
};

class Radio {
 public:
  using Done = absl::AnyInvocable<void(const Exchange&)>;
  static constexpr Duration kGap = std::chrono::milliseconds(50);

  // `events` outlives the radio.
  Radio(Loop& loop, const Endpoint& drone, const RadioOptions& options, RadioEvents& events);

  // Before the first Send, and nullptr when it closes.
  void set_socket(DatagramSocket* socket) { socket_ = socket; }

  bool busy() const { return done_ != nullptr; }
  // Nothing where none is outstanding, or where it is not a known one, or not on its way yet.
  std::optional<Verb> under_way() const;
  // Not while busy. `done` is called once, later, and may Send the next.
  void Send(std::string text, Done done);
  // Ends what is outstanding, for something that cannot wait.
  void CutShort();
  // A datagram of the drone's.
  void Receive(std::string_view bytes);

 private:
  struct Asked {
    std::string text;
    std::optional<Command> command;  // nothing: one we do not know
    int tries = 0;
    TimePoint since{};
  };
  // A command that is over, of which answers may still come.
  struct Past {
    std::string text;
    std::optional<Command> command;
    int answers = 0;     // as many
    std::string answer;  // it got one: the others are the same; empty: it got none
  };

  static Asked Ask(std::string text);
  Asked& asked() { return flush_ ? *flush_ : current_; }
  int TriesMax(const Asked& asked) const;
  Duration MotionTime(const Asked& asked) const;
  Duration Patience(const Asked& asked) const;

  void OnTimer();
  void Transmit();
  void Answered(const std::string& answer);
  void LearnSpeed(const Asked& asked, std::string_view answer);
  void GiveUp();
  void Finish(Outcome outcome, std::string answer);
  void Remember(const Asked& asked, int answers, const std::string& answer);
  bool IsOfThePast(const std::string& answer);

  Loop& loop_;
  const Endpoint drone_;
  const RadioOptions options_;
  RadioEvents& events_;
  DatagramSocket* socket_ = nullptr;
  Asked current_;
  std::optional<Asked> flush_;  // the question before it, while it is outstanding
  Done done_;                   // of current_; nullptr: there is none
  std::vector<Past> past_;
  bool flushed_ = false;  // a program before us may have left answers under way
  std::string last_answer_, last_command_;
  TimePoint gap_end_;
  int speed_cm_s_;
  Timer timer_;
};

}  // namespace sluice::drone

#endif  // SLUICE_APPS_DRONE_RADIO_H_
