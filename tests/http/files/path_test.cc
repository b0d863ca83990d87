#include <gtest/gtest.h>

#include "protocols/http1_file_path.h"

namespace sluice {
namespace {

Http1FilePath Resolve(std::string_view path, Http1HiddenFiles hidden = Http1HiddenFiles::kRefused) {
  return ResolveHttp1FilePath(path, hidden);
}

TEST(Http1FilePathTest, NamesWhatThePathNames) {
  struct Case {
    std::string_view path, name;
    bool directory;
  };
  const Case cases[] = {
      {"", "", false},
      {"/", "", true},
      {"//", "", true},
      {"/a", "a", false},
      {"a", "a", false},
      {"/a/", "a", true},
      {"/a//b", "a/b", false},
      {"/a/./b", "a/b", false},
      {"/a/../b", "b", false},
      {"/a/b/..", "a", true},
      {"/a/.", "a", true},
      {"/a/b/../../c", "c", false},
      {"/a/%2e%2E/b", "b", false},
      {"/a%20b/%C3%A9", "a b/\xC3\xA9", false},
      {"/%61.txt", "a.txt", false},
      {"/a.b..c", "a.b..c", false},
      {"/a+b?", "a+b?", false},
  };
  for (const Case& c : cases) {
    const Http1FilePath resolved = Resolve(c.path);
    EXPECT_EQ(resolved.error, Http1PathError::kNone) << c.path;
    EXPECT_EQ(resolved.name, c.name) << c.path;
    EXPECT_EQ(resolved.wants_directory, c.directory) << c.path;
  }
}

TEST(Http1FilePathTest, RefusesWhatNamesNothingSafe) {
  struct Case {
    std::string_view path;
    Http1PathError error;
  };
  const Case cases[] = {
      {"/..", Http1PathError::kAboveRoot},
      {"/../etc/passwd", Http1PathError::kAboveRoot},
      {"/a/../../etc/passwd", Http1PathError::kAboveRoot},
      {"/%2e%2e/etc/passwd", Http1PathError::kAboveRoot},
      {"/.%2e/etc/passwd", Http1PathError::kAboveRoot},
      {"/%2E./etc/passwd", Http1PathError::kAboveRoot},
      {"/a%2f..%2f..%2fetc", Http1PathError::kEncodedSlash},
      {"/..%2Fetc", Http1PathError::kEncodedSlash},
      {"/a\\..\\b", Http1PathError::kBackslash},
      {"/..%5c..%5cetc", Http1PathError::kBackslash},
      {"/a%00.txt", Http1PathError::kNul},
      {"/a%", Http1PathError::kBadEscape},
      {"/a%4", Http1PathError::kBadEscape},
      {"/a%zz", Http1PathError::kBadEscape},
      {"/a%2/b", Http1PathError::kBadEscape},
      {"/.git/config", Http1PathError::kHidden},
      {"/a/.env", Http1PathError::kHidden},
      {"/%2eenv", Http1PathError::kHidden},
      {"/...", Http1PathError::kHidden},
  };
  for (const Case& c : cases) {
    const Http1FilePath resolved = Resolve(c.path);
    EXPECT_EQ(resolved.error, c.error) << c.path;
    EXPECT_EQ(resolved.name, "") << c.path;
  }
}

// "%252e" is the name "%2e", not a dot: unescaped once.
TEST(Http1FilePathTest, UnescapesOnce) {
  EXPECT_EQ(Resolve("/%252e%252e/x").name, "%2e%2e/x");
}

TEST(Http1FilePathTest, HiddenFilesWhereAllowed) {
  EXPECT_EQ(Resolve("/.well-known/x", Http1HiddenFiles::kAllowed).name, ".well-known/x");
  EXPECT_EQ(Resolve("/..", Http1HiddenFiles::kAllowed).error, Http1PathError::kAboveRoot);
}

TEST(Http1FilePathTest, LimitsLengths) {
  EXPECT_EQ(Resolve("/" + std::string(255, 'x')).error, Http1PathError::kNone);
  EXPECT_EQ(Resolve("/" + std::string(256, 'x')).error, Http1PathError::kTooLong);
  std::string path;
  while (path.size() <= kHttp1FilePathBytesMax) path += "/" + std::string(100, 'y');
  EXPECT_EQ(Resolve(path).error, Http1PathError::kTooLong);
}

TEST(Http1FilePathTest, EscapesWhatDoesNotGoIntoAReference) {
  EXPECT_EQ(EscapeHttp1Path("a b/c.txt"), "a%20b/c.txt");
  EXPECT_EQ(EscapeHttp1Path("\"<>%?#:&\xFF"), "%22%3C%3E%25%3F%23%3A%26%FF");
  for (int byte = 1; byte < 256; ++byte) {
    const std::string name(1, static_cast<char>(byte));
    if (name == "/" || name == "\\" || name == ".") continue;
    EXPECT_EQ(Resolve(EscapeHttp1Path(name)).name, name) << byte;
  }
}

}  // namespace
}  // namespace sluice
