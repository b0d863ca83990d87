#include "apps/httpd/loop_watch.h"

#include <atomic>
#include <memory>
#include <utility>

namespace sluice::httpd {
namespace {

struct Gathering {
  Gathering(Loop& home_loop, LoopWatch::Done then, size_t loops)
      : home(home_loop), done(std::move(then)), left(loops), counts(loops) {}
  Loop& home;
  LoopWatch::Done done;
  std::atomic<size_t> left;
  std::vector<LoopCounts> counts;  // each written by its loop, before `left` falls
};

}  // namespace

void LoopWatch::Add(Loop& loop, const Http1Counters& http) {
  const std::lock_guard lock(mutex_);
  watched_.push_back({&loop, &http});
}

void LoopWatch::Gather(Loop& home, Done done) {
  std::vector<Watched> watched;
  {
    const std::lock_guard lock(mutex_);
    watched = watched_;
  }
  auto gathering = std::make_shared<Gathering>(home, std::move(done), watched.size());
  for (size_t i = 0; i < watched.size(); ++i) {
    watched[i].loop->Post([gathering, i, from = watched[i]] {
      gathering->counts[i] = {from.loop->stats(), *from.http};
      if (gathering->left.fetch_sub(1) > 1) return;
      gathering->home.Post([gathering] { gathering->done(gathering->counts); });
    });
  }
}

}  // namespace sluice::httpd
