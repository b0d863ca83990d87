#include <gtest/gtest.h>

#include <string>

#include "protocols/websocket_extension.h"

namespace sluice {
namespace {

struct Choice {
  std::string offers;
  std::string answer;  // "": none
};

std::string AnswerTo(const std::string& offers, const WebSocketDeflate& wish = {}) {
  const auto choice = ChooseWebSocketDeflate(offers, wish);
  return choice.has_value() ? choice->header : "";
}

TEST(WebSocketExtension, AServerTakesTheFirstOfferItUnderstands) {
  const Choice choices[] = {
      {"", ""},
      {"permessage-deflate", "permessage-deflate"},
      {"PerMessage-Deflate", "permessage-deflate"},
      {"permessage-deflate; client_max_window_bits",
       "permessage-deflate; client_max_window_bits=15"},
      {"permessage-deflate;client_max_window_bits=10",
       "permessage-deflate; client_max_window_bits=10"},
      {"permessage-deflate; server_max_window_bits=\"11\"",
       "permessage-deflate; server_max_window_bits=11"},
      {"permessage-deflate; server_no_context_takeover ; client_no_context_takeover",
       "permessage-deflate; server_no_context_takeover; client_no_context_takeover"},
      {"x-webkit-deflate-frame, permessage-deflate", "permessage-deflate"},
      {"permessage-deflate; server_max_window_bits=7, permessage-deflate", "permessage-deflate"},
      // Each breaks a rule of RFC 7692 7.1 and is passed over.
      {"permessage-deflate; unknown", ""},
      {"permessage-deflate; server_no_context_takeover=1", ""},
      {"permessage-deflate; server_no_context_takeover; server_no_context_takeover", ""},
      {"permessage-deflate; client_max_window_bits; client_max_window_bits=9", ""},
      {"permessage-deflate; server_max_window_bits", ""},
      {"permessage-deflate; server_max_window_bits=16", ""},
      {"permessage-deflate; server_max_window_bits=08", ""},
      {"permessage-deflate; server_max_window_bits=", ""},
      {"permessage-deflate; client_max_window_bits=", ""},
      {"permessage-deflate; client_max_window_bits=x", ""},
      {"permessage-deflate; =", ""},
      {"deflate-frame", ""},
  };
  for (const Choice& choice : choices)
    EXPECT_EQ(AnswerTo(choice.offers), choice.answer) << choice.offers;
}

TEST(WebSocketExtension, AServersWishNarrowsTheAnswer) {
  const WebSocketDeflate wish = {.server_no_context_takeover = true,
                                 .client_no_context_takeover = true,
                                 .server_max_window_bits = 12,
                                 .client_max_window_bits = 11};
  EXPECT_EQ(AnswerTo("permessage-deflate", wish),
            "permessage-deflate; server_no_context_takeover; client_no_context_takeover; "
            "server_max_window_bits=12");
  EXPECT_EQ(AnswerTo("permessage-deflate; client_max_window_bits; server_max_window_bits=9", wish),
            "permessage-deflate; server_no_context_takeover; client_no_context_takeover; "
            "server_max_window_bits=9; client_max_window_bits=11");
  const auto choice = ChooseWebSocketDeflate("permessage-deflate", wish);
  ASSERT_TRUE(choice.has_value());
  EXPECT_EQ(choice->terms.client_max_window_bits, 15) << "a client that did not name it is free";
}

TEST(WebSocketExtension, AClientOffersWhatItWishes) {
  EXPECT_EQ(OfferWebSocketDeflate({}), "permessage-deflate; client_max_window_bits");
  EXPECT_EQ(OfferWebSocketDeflate({.server_no_context_takeover = true,
                                   .client_no_context_takeover = true,
                                   .server_max_window_bits = 10,
                                   .client_max_window_bits = 9}),
            "permessage-deflate; server_no_context_takeover; client_no_context_takeover; "
            "server_max_window_bits=10; client_max_window_bits=9");
}

TEST(WebSocketExtension, AClientTakesOnlyAnswersToItsOffer) {
  const WebSocketDeflate wish = {.server_no_context_takeover = true,
                                 .server_max_window_bits = 12,
                                 .client_max_window_bits = 11};
  const std::string confirmed =
      "permessage-deflate; server_no_context_takeover; server_max_window_bits=12";
  WebSocketDeflate terms;
  ASSERT_TRUE(AcceptWebSocketDeflate(confirmed, wish, &terms));
  EXPECT_TRUE(terms.server_no_context_takeover);
  EXPECT_FALSE(terms.client_no_context_takeover);
  EXPECT_EQ(terms.server_max_window_bits, 12);
  EXPECT_EQ(terms.client_max_window_bits, 11) << "its own limit stands";
  EXPECT_TRUE(AcceptWebSocketDeflate(
      confirmed + "; client_max_window_bits=8; client_no_context_takeover", wish, &terms));
  EXPECT_EQ(terms.client_max_window_bits, 8);
  EXPECT_TRUE(terms.client_no_context_takeover);

  for (const std::string& answer :
       {std::string("permessage-deflate; server_max_window_bits=12"), confirmed + "; unknown",
        std::string("permessage-deflate; server_no_context_takeover"),
        std::string("permessage-deflate; server_no_context_takeover; server_max_window_bits=13"),
        confirmed + "; client_max_window_bits=12", confirmed + "; client_max_window_bits",
        confirmed + ", permessage-deflate", std::string("other"), std::string()}) {
    EXPECT_FALSE(AcceptWebSocketDeflate(answer, wish, &terms)) << answer;
  }
}

}  // namespace
}  // namespace sluice
