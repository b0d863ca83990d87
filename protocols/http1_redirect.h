// Where a redirect leads: RFC 9110 15.4. Http1Client is what users call.
#ifndef SLUICE_PROTOCOLS_HTTP1_REDIRECT_H_
#define SLUICE_PROTOCOLS_HTTP1_REDIRECT_H_

#include "protocols/http1_client_options.h"
#include "protocols/http1_fetch.h"

namespace sluice::http1 {

// 301, 302, 303, 307 or 308 with a Location.
bool IsRedirect(const Http1Answer& answer);

// Makes `*request` what is to be fetched instead. False, and it is as it was: `answer` leads
// nowhere this client can go.
bool Redirect(const Http1Answer& answer, const Http1ClientOptions& options,
              Http1FetchRequest* request);

}  // namespace sluice::http1

#endif  // SLUICE_PROTOCOLS_HTTP1_REDIRECT_H_
