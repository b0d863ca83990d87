#include "reactor/handler.h"

#include "reactor/connection.h"

namespace sluice {

void Handler::OnOpen(Connection&) {}

void Handler::OnEnd(Connection& connection) {
  connection.Close();
}

void Handler::OnDrain(Connection&) {}

void Handler::OnStop(Connection& connection) {
  connection.Close();
}

void Handler::OnClose(Connection&, CloseReason) {}

}  // namespace sluice
