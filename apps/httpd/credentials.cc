#include "apps/httpd/credentials.h"

#include <cerrno>
#include <fstream>
#include <sstream>

#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "absl/strings/string_view.h"
#include "absl/strings/strip.h"
#include "protocols/http1_message.h"

namespace sluice::httpd {
namespace {

// How long it takes tells nothing but the length of what was sent.
bool EqualInConstantTime(std::string_view secret, std::string_view given) {
  unsigned char difference = secret.size() == given.size() ? 0 : 1;
  for (size_t i = 0; i < given.size(); ++i) {
    const char of_secret = secret.empty() ? '\0' : secret[i % secret.size()];
    difference |= static_cast<unsigned char>(of_secret ^ given[i]);
  }
  return difference == 0;
}

}  // namespace

absl::StatusOr<Credentials> Credentials::FromText(std::string_view text) {
  Credentials credentials;
  size_t number = 0;
  for (absl::string_view line : absl::StrSplit(absl::string_view(text.data(), text.size()), '\n')) {
    ++number;
    line = absl::StripSuffix(line, "\r");
    if (line.empty() || line.front() == '#') continue;
    if (line.find(':') == absl::string_view::npos || line.front() == ':') {
      return absl::InvalidArgumentError(
          absl::StrCat("line ", number, ": it wants the form name:password"));
    }
    credentials.pairs_.emplace_back(line);
  }
  if (credentials.pairs_.empty()) return absl::InvalidArgumentError("it names nobody");
  return credentials;
}

absl::StatusOr<Credentials> Credentials::FromFile(const std::string& path) {
  std::ifstream file(path);
  if (!file) return absl::ErrnoToStatus(errno, path);
  std::ostringstream text;
  text << file.rdbuf();
  absl::StatusOr<Credentials> credentials = FromText(text.str());
  if (credentials.ok()) return credentials;
  return absl::InvalidArgumentError(absl::StrCat(path, ": ", credentials.status().message()));
}

bool Credentials::Admit(std::string_view authorization) const {
  constexpr std::string_view kScheme = "Basic ";
  if (authorization.size() < kScheme.size() ||
      !Http1EqualNames(authorization.substr(0, kScheme.size()), kScheme)) {
    return false;
  }
  authorization.remove_prefix(kScheme.size());
  std::string given;
  if (!absl::Base64Unescape({authorization.data(), authorization.size()}, &given)) return false;
  bool admitted = false;
  for (const std::string& pair : pairs_) admitted |= EqualInConstantTime(pair, given);
  return admitted;
}

}  // namespace sluice::httpd
