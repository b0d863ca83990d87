// The two calculators as a program, for Python's struct and a MessagePack of another hand.
#include <memory>

#include "calculator.h"
#include "reactor/base/endpoint.h"
#include "tests/record/object_calculator.h"
#include "tools/cli/command.h"
#include "tools/cli/group_flags.h"
#include "tools/cli/server.h"

int main(int argc, char** argv) {
  sluice::cli::Start(argc, argv,
                     {.name = "record_server",
                      .purpose = "answers records on its first port, objects on its second.",
                      .usage = "record_server [--backend=NAME]",
                      .examples = "  record_server\n"});
  sluice::cli::Server server(sluice::cli::GroupOptionsFromFlags());
  const sluice::Endpoint any_port = sluice::Endpoint::Parse("127.0.0.1:0").value();
  server.AddStream({any_port, {}, [](sluice::Loop&, int) { return Calculator(); }});
  server.AddStream({any_port, {}, [](sluice::Loop&, int) { return sluice::ObjectCalculator(); }});
  return server.Run();
}
