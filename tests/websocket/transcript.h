// What a receiver makes of its input, as text to compare.
#ifndef SLUICE_TESTS_WEBSOCKET_TRANSCRIPT_H_
#define SLUICE_TESTS_WEBSOCKET_TRANSCRIPT_H_

#include <optional>
#include <string>
#include <string_view>

#include "protocols/websocket_receiver.h"
#include "tests/codecs/split_driver.h"

namespace sluice::websocket_test {

// "text 'abc'", "ping ''", "close 1000 'bye'", "error: ...", one a line. Of a message that did not
// end nothing. Checks on the way what websocket_receiver.h promises of events.
std::string Read(const codec_test::Pieces& pieces, codec_test::Placement& placement,
                 const WebSocketReceiverOptions& options, const WebSocketLimits& limits);

// "text 'abc'\n"; bytes that are not printable as \xff.
std::string EventLine(std::string_view what, std::string_view data);

}  // namespace sluice::websocket_test

#endif  // SLUICE_TESTS_WEBSOCKET_TRANSCRIPT_H_
