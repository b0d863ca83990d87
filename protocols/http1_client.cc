#include "protocols/http1_client.h"

#include "protocols/http1_client_core.h"
#include "protocols/http1_client_link.h"
#include "reactor/base/check.h"

namespace sluice {

Http1Client::Http1Client(Loop& loop, Http1ClientOptions options) {
  SLUICE_CHECK(ValidateHttp1ClientOptions(options).ok(), "options of an Http1Client are valid");
  core_ = std::make_unique<http1::ClientCore>(loop, std::move(options));
}

Http1Client::~Http1Client() = default;

Http1FetchId Http1Client::Fetch(Http1FetchRequest request, Http1DoneFunction done) {
  Http1FetchFunctions functions;
  functions.done = std::move(done);
  return Fetch(std::move(request), std::move(functions));
}

Http1FetchId Http1Client::Fetch(Http1FetchRequest request, Http1FetchFunctions functions) {
  SLUICE_CHECK(functions.done != nullptr, "a fetch has somebody to tell that it is done");
  return core_->Start(std::move(request), std::move(functions));
}

Http1FetchAwaiter Http1Client::Fetch(Http1FetchRequest request) {
  return {*this, std::move(request)};
}

bool Http1Client::Cancel(Http1FetchId id) {
  return core_->Cancel(id);
}

void Http1Client::Pause(Http1FetchId id) {
  http1::Call* call = core_->Find(id);
  if (call != nullptr && call->link != nullptr) call->link->Pause(*call);
}

void Http1Client::Resume(Http1FetchId id) {
  http1::Call* call = core_->Find(id);
  if (call != nullptr && call->link != nullptr) call->link->Resume(*call);
}

bool Http1Client::Write(Http1FetchId id, std::string_view bytes) {
  http1::Call* call = core_->Find(id);
  return call != nullptr && call->link != nullptr && call->link->Write(*call, bytes);
}

bool Http1Client::EndBody(Http1FetchId id) {
  http1::Call* call = core_->Find(id);
  return call != nullptr && call->link != nullptr && call->link->EndBody(*call);
}

size_t Http1Client::unsent_bytes(Http1FetchId id) const {
  const http1::Call* call = core_->Find(id);
  return call == nullptr || call->link == nullptr ? 0 : call->link->unsent_bytes();
}

void Http1Client::CloseIdleConnections() {
  core_->CloseIdle();
}

Http1ClientStats Http1Client::stats() const {
  return core_->stats();
}

}  // namespace sluice
