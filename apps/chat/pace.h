// So much a second, and a burst after a rest: a bucket that fills at a steady rate.
#ifndef SLUICE_APPS_CHAT_PACE_H_
#define SLUICE_APPS_CHAT_PACE_H_

#include <algorithm>

#include "reactor/base/time.h"

namespace sluice::chat {

struct Rate {
  double per_second = 0;
  double burst = 0;
};

class Pace {
 public:
  Pace(const Rate& rate, TimePoint now) : level_(rate.burst), filled_at_(now) {}

  // Takes `cost` if so much is there.
  bool Take(const Rate& rate, double cost, TimePoint now) {
    Fill(rate, now);
    if (level_ < cost) return false;
    level_ -= cost;
    return true;
  }

  // Takes it in any case: what is not there is owed.
  void Spend(const Rate& rate, double cost, TimePoint now) {
    Fill(rate, now);
    level_ -= cost;
  }
  // Until nothing is owed any more.
  Duration Wait(const Rate& rate) const {
    if (level_ >= 0) return Duration(0);
    return std::chrono::ceil<Duration>(std::chrono::duration<double>(-level_ / rate.per_second));
  }

  // As if nothing had ever been taken.
  bool Full(const Rate& rate, TimePoint now) {
    Fill(rate, now);
    return level_ >= rate.burst;
  }

 private:
  void Fill(const Rate& rate, TimePoint now) {
    const std::chrono::duration<double> passed = now - filled_at_;
    level_ = std::min(rate.burst, level_ + passed.count() * rate.per_second);
    filled_at_ = now;
  }

  double level_;
  TimePoint filled_at_;
};

}  // namespace sluice::chat

#endif  // SLUICE_APPS_CHAT_PACE_H_
