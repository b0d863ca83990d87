// How fast a server accepts: so many connections a second, none, or all as they come.
#ifndef SLUICE_APPS_BACKLOG_ACCEPT_RATE_H_
#define SLUICE_APPS_BACKLOG_ACCEPT_RATE_H_

#include <cstdint>
#include <string>
#include <string_view>

#include "absl/status/statusor.h"
#include "reactor/base/time.h"

namespace sluice::backlog {

class AcceptRate {
 public:
  static constexpr double kPerSecondMax = 1e6;

  static AcceptRate Never() { return AcceptRate(Kind::kNever, 0); }
  static AcceptRate Unlimited() { return AcceptRate(Kind::kUnlimited, 0); }
  static AcceptRate PerSecond(double rate) { return AcceptRate(Kind::kPaced, rate); }

  // "5", "5/s", "0.5/s"; "0" and "never"; "unlimited". InvalidArgument says what there is.
  static absl::StatusOr<AcceptRate> Parse(std::string_view text);

  bool never() const { return kind_ == Kind::kNever; }
  bool unlimited() const { return kind_ == Kind::kUnlimited; }
  double per_second() const { return per_second_; }  // 0 unless it is a number above 0

  std::string ToString() const;  // "5/s", "never", "unlimited"

  friend bool operator==(const AcceptRate&, const AcceptRate&) = default;

 private:
  enum class Kind : uint8_t { kNever, kPaced, kUnlimited };
  AcceptRate(Kind kind, double per_second) : kind_(kind), per_second_(per_second) {}

  Kind kind_;
  double per_second_;
};

// Turns a rate into turns to accept. A turn that finds nobody waiting is lost, as with a server
// that comes back to accept(2) at fixed times; it is not saved up for the next burst.
class AcceptPacer {
 public:
  explicit AcceptPacer(double per_second) : per_second_(per_second) {}

  // How many of `waiting` connections to accept `elapsed` after the start, which never runs back.
  uint64_t Due(Duration elapsed, uint64_t waiting);

  // How often to ask.
  Duration interval() const;

 private:
  double per_second_;
  uint64_t turns_ = 0;  // used or lost so far
};

}  // namespace sluice::backlog

#endif  // SLUICE_APPS_BACKLOG_ACCEPT_RATE_H_
