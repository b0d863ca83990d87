// Events as lines of standard output, for people or as JSON, one object a line.
#ifndef SLUICE_TOOLS_PROBE_OUTPUT_H_
#define SLUICE_TOOLS_PROBE_OUTPUT_H_

#include <string>
#include <utility>
#include <vector>

#include "tools/probe/characters.h"
#include "tools/probe/chunk_view.h"
#include "tools/probe/event.h"
#include "tools/probe/journal.h"

namespace sluice::probe {

class Output {
 public:
  virtual ~Output() = default;
  // None, one or several, without line ends.
  virtual std::vector<std::string> Lines(const Event& event) = 0;
  virtual void SetView(View) {}
};

class PlainOutput : public Output {
 public:
  PlainOutput(Characters characters, ChunkViewOptions options)
      : characters_(std::move(characters)), options_(options) {}

  std::vector<std::string> Lines(const Event& event) override;
  void SetView(View view) override { options_.view = view; }

 private:
  Characters characters_;
  ChunkViewOptions options_;
};

// Bytes as hex, whole, and as text where all of them are characters.
class JsonOutput : public Output {
 public:
  explicit JsonOutput(Characters characters) : characters_(std::move(characters)) {}
  std::vector<std::string> Lines(const Event& event) override;

 private:
  Characters characters_;
};

// "-- 3 chunks, 15 bytes received; 2 chunks, 10 bytes sent; 1.20 s"
std::string SummaryText(const Journal& journal);
std::string SummaryJson(const Journal& journal);

// On standard output, at once.
void PrintLine(const std::string& line);
// Whether a line could not be written: whoever read it is gone, or the disk is full.
bool OutputBroken();

}  // namespace sluice::probe

#endif  // SLUICE_TOOLS_PROBE_OUTPUT_H_
