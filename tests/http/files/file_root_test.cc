#include "protocols/file_root.h"

#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include "protocols/file_writer.h"
#include "tests/http/files/scratch.h"

namespace sluice::test {
namespace {

class FileRootTest : public testing::Test {
 protected:
  FileRootTest() {
    outside_.Write("secret", "not for you");
    inside_.Write("a.txt", "alpha");
    inside_.Write("sub/b.txt", "beta");
  }

  FileRoot Root(SymbolicLinks links = SymbolicLinks::kFollowedBeneath) {
    return FileRoot::Open(inside_.path(), links).value();
  }
  FileError Open(std::string_view name, SymbolicLinks links = SymbolicLinks::kFollowedBeneath) {
    const FileRoot::Opened opened = Root(links).OpenFile(name);
    EXPECT_EQ(static_cast<bool>(opened.file), opened.error == FileError::kNone) << name;
    FileStatus status;
    EXPECT_EQ(Root(links).Status(name, &status), opened.error) << name;
    return opened.error;
  }

  Scratch inside_, outside_;
};

TEST_F(FileRootTest, OpensFilesAndDirectories) {
  const FileRoot root = Root();
  const FileRoot::Opened file = root.OpenFile("sub/b.txt");
  ASSERT_EQ(file.error, FileError::kNone);
  EXPECT_EQ(file.status.size, 4u);
  EXPECT_FALSE(file.status.is_directory);
  char bytes[4];
  ASSERT_EQ(pread(file.file.fd(), bytes, 4, 0), 4);
  EXPECT_EQ(std::string_view(bytes, 4), "beta");
  EXPECT_TRUE(root.OpenFile("sub").status.is_directory);
  EXPECT_TRUE(root.OpenFile("").status.is_directory);
  EXPECT_EQ(Open("none"), FileError::kNotFound);
  EXPECT_EQ(Open("a.txt/b"), FileError::kNotRegular);
}

TEST_F(FileRootTest, RefusesNamesThatAreNone) {
  for (const std::string_view name : {"..", ".", "../secret", "sub/../a.txt", "/a.txt",
                                      "/etc/passwd", "sub//b.txt", "sub/", "/"}) {
    EXPECT_EQ(Open(name), FileError::kBadName) << name;
  }
  EXPECT_EQ(Open(std::string_view("a.txt\0", 6)), FileError::kBadName);
  EXPECT_EQ(Open(std::string(300, 'x')), FileError::kBadName);
}

TEST_F(FileRootTest, NoLinkLeadsOutside) {
  inside_.Link("absolute", outside_.path("secret"));
  inside_.Link("relative",
               "../" + outside_.path().substr(outside_.path().rfind("sluice")) + "secret");
  inside_.Link("folder", outside_.path());
  inside_.Link("sub/up", "../..");
  inside_.Link("proc", "/proc/self/root");
  inside_.Link("loop", "loop");
  for (const std::string_view name : {"absolute", "relative", "folder", "folder/secret", "sub/up",
                                      "proc", "proc/etc/passwd", "loop"}) {
    EXPECT_EQ(Open(name), FileError::kOutside) << name;
  }
}

TEST_F(FileRootTest, LinksBeneathAreFollowedOrRefused) {
  inside_.Link("here", "a.txt");
  inside_.Link("sub/back", "../a.txt");
  EXPECT_EQ(Open("here"), FileError::kNone);
  EXPECT_EQ(Open("sub/back"), FileError::kNone);
  EXPECT_EQ(Open("here", SymbolicLinks::kRefused), FileError::kOutside);
  EXPECT_EQ(Open("a.txt", SymbolicLinks::kRefused), FileError::kNone);
}

TEST_F(FileRootTest, APipeIsRefusedAndNotWaitedFor) {
  ASSERT_EQ(mkfifo(inside_.path("pipe").c_str(), 0600), 0);
  EXPECT_EQ(Open("pipe"), FileError::kNotRegular);
}

TEST_F(FileRootTest, ListsDirectoriesFirstAndByName) {
  inside_.Write("0.txt", "");
  inside_.MakeDirectory("zoo");
  inside_.Link("out", outside_.path("secret"));
  std::vector<DirectoryEntry> entries;
  bool cut = true;
  ASSERT_EQ(Root().List("", 100, &entries, &cut), FileError::kNone);
  std::vector<std::string> names;
  for (const DirectoryEntry& entry : entries) names.push_back(entry.name);
  EXPECT_EQ(names, (std::vector<std::string>{"sub", "zoo", "0.txt", "a.txt"}));
  EXPECT_FALSE(cut);
  ASSERT_EQ(Root().List("", 2, &entries, &cut), FileError::kNone);
  EXPECT_EQ(entries.size(), 2u);
  EXPECT_TRUE(cut);
  EXPECT_EQ(Root().List("a.txt", 2, &entries, &cut), FileError::kNotRegular);
}

TEST_F(FileRootTest, OpenSaysWhatIsWrong) {
  EXPECT_EQ(FileRoot::Open(inside_.path("none")).status().code(), absl::StatusCode::kNotFound);
  const std::string words(FileRoot::Open(inside_.path("a.txt")).status().message());
  EXPECT_NE(words.find("a.txt"), std::string::npos) << words;
}

TEST_F(FileRootTest, DeletesFilesAndLinksNotDirectories) {
  inside_.Link("link", "a.txt");
  inside_.Link("folder", outside_.path());
  const FileRoot root = Root();
  EXPECT_EQ(root.Delete("link"), FileError::kNone);
  EXPECT_EQ(inside_.Read("a.txt"), "alpha") << "the link went, not what it led to";
  EXPECT_EQ(root.Delete("a.txt"), FileError::kNone);
  EXPECT_EQ(root.Delete("a.txt"), FileError::kNotFound);
  EXPECT_EQ(root.Delete("sub"), FileError::kDirectory);
  EXPECT_EQ(root.Delete("folder/secret"), FileError::kOutside);
  EXPECT_EQ(root.Delete("../secret"), FileError::kBadName);
  EXPECT_EQ(root.Delete(""), FileError::kBadName);
  EXPECT_EQ(outside_.Read("secret"), "not for you");
}

class FileWriterTest : public FileRootTest {};

TEST_F(FileWriterTest, AFileAppearsWhole) {
  const FileRoot root = Root();
  FileWriter writer;
  ASSERT_EQ(writer.Begin(root, "sub/new.txt", {}), FileError::kNone);
  EXPECT_EQ(writer.Write("first "), FileError::kNone);
  EXPECT_EQ(writer.Write("second"), FileError::kNone);
  EXPECT_EQ(inside_.CountEntries("sub"), 1u) << "nothing of it is to be seen";
  ASSERT_EQ(writer.Commit(), FileError::kNone);
  EXPECT_EQ(inside_.Read("sub/new.txt"), "first second");
  EXPECT_EQ(writer.bytes(), 12u);
  EXPECT_EQ(inside_.CountEntries("sub"), 2u);
}

TEST_F(FileWriterTest, ReplacesOrRefuses) {
  const FileRoot root = Root();
  FileWriter writer;
  FileWriterOptions keep;
  keep.replace = false;
  EXPECT_EQ(writer.Begin(root, "a.txt", keep), FileError::kExists);
  ASSERT_EQ(writer.Begin(root, "late.txt", keep), FileError::kNone);
  inside_.Write("late.txt", "another's");
  EXPECT_EQ(writer.Commit(), FileError::kExists);
  EXPECT_EQ(inside_.Read("late.txt"), "another's");
  ASSERT_EQ(writer.Begin(root, "a.txt", {}), FileError::kNone);
  ASSERT_EQ(writer.Write("new"), FileError::kNone);
  EXPECT_EQ(inside_.Read("a.txt"), "alpha");
  ASSERT_EQ(writer.Commit(), FileError::kNone);
  EXPECT_EQ(inside_.Read("a.txt"), "new");
  EXPECT_EQ(inside_.CountEntries(), 3u) << "a.txt, late.txt and sub";
}

TEST_F(FileWriterTest, WhatIsNotCommittedLeavesNoTrace) {
  {
    FileWriter writer;
    ASSERT_EQ(writer.Begin(Root(), "gone.txt", {}), FileError::kNone);
    ASSERT_EQ(writer.Write("bytes"), FileError::kNone);
  }
  EXPECT_EQ(inside_.CountEntries(), 2u);
}

TEST_F(FileWriterTest, MoreThanTheLimitIsRefused) {
  FileWriterOptions options;
  options.bytes_max = 10;
  FileWriter writer;
  ASSERT_EQ(writer.Begin(Root(), "big.txt", options), FileError::kNone);
  EXPECT_EQ(writer.Write("0123456789"), FileError::kNone) << "at the limit is not above it";
  EXPECT_EQ(writer.Write("x"), FileError::kTooLarge);
  EXPECT_EQ(inside_.CountEntries(), 2u);
}

TEST_F(FileWriterTest, WritesNowhereElse) {
  inside_.Link("out", outside_.path("secret"));
  inside_.Link("folder", outside_.path());
  const FileRoot root = Root();
  FileWriter writer;
  EXPECT_EQ(writer.Begin(root, "../x", {}), FileError::kBadName);
  EXPECT_EQ(writer.Begin(root, "", {}), FileError::kBadName);
  EXPECT_EQ(writer.Begin(root, "folder/x", {}), FileError::kOutside);
  EXPECT_EQ(writer.Begin(root, "none/x", {}), FileError::kNotFound);
  EXPECT_EQ(writer.Begin(root, "sub", {}), FileError::kDirectory);
  ASSERT_EQ(mkfifo(inside_.path("a pipe").c_str(), 0600), 0);
  EXPECT_EQ(writer.Begin(root, "a pipe", {}), FileError::kNotRegular);
  ASSERT_EQ(writer.Begin(root, "out", {}), FileError::kNone);
  ASSERT_EQ(writer.Write("mine"), FileError::kNone);
  ASSERT_EQ(writer.Commit(), FileError::kNone);
  EXPECT_EQ(inside_.Read("out"), "mine") << "the link is replaced, not followed";
  EXPECT_EQ(outside_.Read("secret"), "not for you");
}

}  // namespace
}  // namespace sluice::test
