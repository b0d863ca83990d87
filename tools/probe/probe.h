// One run of the probe: a link, who watches it, and what is sent.
#ifndef SLUICE_TOOLS_PROBE_PROBE_H_
#define SLUICE_TOOLS_PROBE_PROBE_H_

#include <optional>
#include <string>
#include <vector>

#include "reactor/loop.h"
#include "tools/probe/chunk_view.h"
#include "tools/probe/link.h"
#include "tools/probe/script.h"
#include "tools/probe/sender.h"

namespace sluice::probe {

enum class Face { kScreen, kPlain, kJson };

struct ProbeOptions {
  LoopOptions loop;
  LinkOptions link;
  std::string title;  // "tcp 127.0.0.1:9999"
  Face face = Face::kPlain;
  ChunkViewOptions view;
  std::string encoding = "UTF-8";  // one that Characters knows
  std::string line_ending;
  std::optional<SendPlan> plan;  // nothing: what is typed
  std::string script_file;       // not empty: what `script` is called
  std::vector<Statement> script;
  std::string capture_file;
  // Once all is sent: ends after so long a silence. Nothing: goes on until the other side, or a
  // signal, ends it.
  std::optional<Duration> quiet_end;
};

// Returns main's exit code.
int RunProbe(const ProbeOptions& options);

}  // namespace sluice::probe

#endif  // SLUICE_TOOLS_PROBE_PROBE_H_
