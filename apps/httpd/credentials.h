// Who may write: names and passwords, asked for by the Basic scheme (RFC 7617). They pass in the
// clear: for networks one trusts.
#ifndef SLUICE_APPS_HTTPD_CREDENTIALS_H_
#define SLUICE_APPS_HTTPD_CREDENTIALS_H_

#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"

namespace sluice::httpd {

class Credentials {
 public:
  // A line each: "name:password". Empty lines and those that begin with '#' are comments. Errors
  // name the line.
  static absl::StatusOr<Credentials> FromFile(const std::string& path);
  static absl::StatusOr<Credentials> FromText(std::string_view text);

  // `authorization` is the field's value. Takes the same time whoever it is.
  bool Admit(std::string_view authorization) const;

 private:
  std::vector<std::string> pairs_;  // "name:password"
};

}  // namespace sluice::httpd

#endif  // SLUICE_APPS_HTTPD_CREDENTIALS_H_
