// A page that shows the loops' counters as they change: /live, and the events it listens to.
#ifndef SLUICE_APPS_HTTPD_LIVE_PAGE_H_
#define SLUICE_APPS_HTTPD_LIVE_PAGE_H_

#include <functional>
#include <string>
#include <string_view>

#include "absl/functional/any_invocable.h"
#include "protocols/http1_server.h"
#include "reactor/base/time.h"
#include "reactor/loop.h"

namespace sluice::httpd {

// Asks for what an event shall say; `done` is called on the loop's thread, once or never.
using AskForEvent = std::function<void(Loop& loop, absl::AnyInvocable<void(std::string)> done)>;

// Every listener gets an event at once and then each `interval`, but none while it has not taken
// the last one.
void AddLivePage(Http1Server& server, AskForEvent ask,
                 Duration interval = std::chrono::milliseconds(500));

extern const std::string_view kLivePageHtml;

}  // namespace sluice::httpd

#endif  // SLUICE_APPS_HTTPD_LIVE_PAGE_H_
