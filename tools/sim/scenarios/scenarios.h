// Each defined in the file of its name.
#ifndef SLUICE_TOOLS_SIM_SCENARIOS_SCENARIOS_H_
#define SLUICE_TOOLS_SIM_SCENARIOS_SCENARIOS_H_

#include "tools/sim/trial.h"

namespace sluice::simulate {

void Echo(Trial& trial);
void Http(Trial& trial);
void BrokenEcho(Trial& trial);
void MillionClients(Trial& trial);
void PipelinedLines(Trial& trial);
void LengthPrefix(Trial& trial);
void SlowReaders(Trial& trial);
void FirehoseAmongPings(Trial& trial);
void Callbacks(Trial& trial);
void Drain(Trial& trial);

void ConnectStorm(Trial& trial);
void SynFlood(Trial& trial);
void SynCookies(Trial& trial);
void UdpChat(Trial& trial);
void Partition(Trial& trial);
void Crash(Trial& trial);

}  // namespace sluice::simulate

#endif  // SLUICE_TOOLS_SIM_SCENARIOS_SCENARIOS_H_
