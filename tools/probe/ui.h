// Who watches the probe: shows events, and may read what is typed.
#ifndef SLUICE_TOOLS_PROBE_UI_H_
#define SLUICE_TOOLS_PROBE_UI_H_

#include <functional>

#include "absl/status/status.h"
#include "reactor/loop.h"
#include "tools/probe/console.h"
#include "tools/probe/event.h"
#include "tools/probe/journal.h"
#include "tools/probe/link.h"

namespace sluice::probe {

// What a user interface may look at and speak to; all of it outlives the interface.
struct UiContext {
  Loop& loop;
  Link& link;
  Console& console;
  Journal& journal;
  std::function<void()> on_input_end;  // nothing more will be typed
};

class Ui : public EventSink {
 public:
  // Begins to read what is typed.
  virtual absl::Status Start(UiContext context) = 0;
  // Gives the terminal back, before the loop goes.
  virtual void Stop() {}
};

}  // namespace sluice::probe

#endif  // SLUICE_TOOLS_PROBE_UI_H_
