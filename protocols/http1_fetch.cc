#include "protocols/http1_fetch.h"

#include <string>

#include "protocols/http1_message.h"

namespace sluice {

std::string_view Http1FindHeader(const std::vector<Http1Header>& headers, std::string_view name) {
  for (const Http1Header& header : headers) {
    if (Http1EqualNames(header.name, name)) return header.value;
  }
  return {};
}

std::string_view Http1PhaseName(Http1Phase phase) {
  switch (phase) {
    case Http1Phase::kQueued:
      return "waiting for a connection";
    case Http1Phase::kConnecting:
      return "connecting";
    case Http1Phase::kSending:
      return "sending the request";
    case Http1Phase::kWaiting:
      return "waiting for the answer";
    case Http1Phase::kHead:
      return "reading the head of the answer";
    case Http1Phase::kBody:
      break;
  }
  return "reading the body of the answer";
}

std::string_view Http1FetchCodeName(Http1FetchCode code) {
  switch (code) {
    case Http1FetchCode::kNone:
      return "no error";
    case Http1FetchCode::kBadRequest:
      return "request refused";
    case Http1FetchCode::kQueueFull:
      return "too many requests wait for a connection";
    case Http1FetchCode::kConnectFailed:
      return "connect failed";
    case Http1FetchCode::kTimeout:
      return "timeout";
    case Http1FetchCode::kMalformed:
      return "malformed answer";
    case Http1FetchCode::kCutOff:
      return "cut off";
    case Http1FetchCode::kTooLarge:
      return "answer too large";
    case Http1FetchCode::kTooManyInterim:
      return "too many interim answers";
    case Http1FetchCode::kUnasked:
      return "switch of protocols that nobody asked for";
    case Http1FetchCode::kTooManyRedirects:
      return "too many redirects";
    case Http1FetchCode::kBadRedirect:
      return "redirect that cannot be followed";
    case Http1FetchCode::kLoopStopped:
      break;
  }
  return "the loop stopped";
}

std::string_view Http1RefusedText(Http1Refused refused) {
  switch (refused) {
    case Http1Refused::kNothing:
      return "nothing";
    case Http1Refused::kMethod:
      return "the method is no token";
    case Http1Refused::kConnect:
      return "CONNECT makes tunnels, which this client does not";
    case Http1Refused::kTarget:
      return "the target is not an escaped path and query";
    case Http1Refused::kHost:
      return "the host is not a name or address with an optional port";
    case Http1Refused::kFieldName:
      return "the name of a field is no token";
    case Http1Refused::kFieldValue:
      return "the value of a field holds a control byte";
    case Http1Refused::kReservedField:
      return "a field that the client writes itself";
    case Http1Refused::kBody:
      return "a body that this request cannot have";
    case Http1Refused::kHeadTooLong:
      return "the head is longer than request_head_bytes_max";
    case Http1Refused::kNoPort:
      break;
  }
  return "the endpoint has no port";
}

namespace {

std::string_view DeadlineText(Http1Deadline deadline) {
  switch (deadline) {
    case Http1Deadline::kConnect:
      return "connecting took too long";
    case Http1Deadline::kSend:
      return "the server took nothing of the request";
    case Http1Deadline::kAnswer:
      return "no answer in time";
    case Http1Deadline::kIdleBody:
      return "the body stopped coming";
    case Http1Deadline::kWhole:
      return "the whole took too long";
    case Http1Deadline::kNone:
      break;
  }
  return "none";
}

}  // namespace

std::string Http1FetchError::ToString() const {
  std::string text(Http1FetchCodeName(code));
  const std::string phase_text = ", while " + std::string(Http1PhaseName(phase));
  switch (code) {
    case Http1FetchCode::kBadRequest:
      return text + ": " + std::string(Http1RefusedText(refused));
    case Http1FetchCode::kConnectFailed:
      return text + ": " + close.ToString();
    case Http1FetchCode::kTimeout:
      return text + ": " + std::string(DeadlineText(deadline)) + phase_text;
    case Http1FetchCode::kMalformed:
      return text + ": " + std::string(Http1ErrorText(reason));
    case Http1FetchCode::kCutOff:
      return text + ": " + close.ToString() + phase_text;
    default:
      return text;
  }
}

}  // namespace sluice
