// The page that chats in a browser.
#ifndef SLUICE_APPS_CHAT_PAGE_HTML_H_
#define SLUICE_APPS_CHAT_PAGE_HTML_H_

#include <string_view>

namespace sluice::chat {

extern const std::string_view kPageHtml;

}  // namespace sluice::chat

#endif  // SLUICE_APPS_CHAT_PAGE_HTML_H_
