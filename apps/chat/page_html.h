// The page that chats in a browser.
#ifndef SLUICE_APPS_CHAT_PAGE_HTML_H_
#define SLUICE_APPS_CHAT_PAGE_HTML_H_

#include <string>

namespace sluice::chat {

// `echo`: the room sends back what a member says.
std::string PageHtml(bool echo);

}  // namespace sluice::chat

#endif  // SLUICE_APPS_CHAT_PAGE_HTML_H_
