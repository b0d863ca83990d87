// Routes to try clients against.
//
//   POST /echo          the body comes back, as it is sent, with its type
//   GET /ws             as a WebSocket: messages come back
//   GET /status/{code}  an answer of that status, 200 to 599
//   GET /delay/{ms}     an answer after so many milliseconds, at most a minute
#ifndef SLUICE_APPS_HTTPD_TRY_ROUTES_H_
#define SLUICE_APPS_HTTPD_TRY_ROUTES_H_

#include "protocols/http1_server.h"

namespace sluice::httpd {

void AddTryRoutes(Http1Server& server);

}  // namespace sluice::httpd

#endif  // SLUICE_APPS_HTTPD_TRY_ROUTES_H_
