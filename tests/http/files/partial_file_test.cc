// Files that are written in several sittings.
#include "protocols/partial_file.h"

#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <filesystem>
#include <memory>
#include <string>

#include "tests/http/files/scratch.h"

namespace sluice {
namespace {

class PartialFileTest : public testing::Test {
 protected:
  FileRoot Root() const { return *FileRoot::Open(inside_.path()); }
  FileError Open(PartialFile& file, std::string_view name, std::string_view key = "k1") const {
    return file.Open(Root(), name, key);
  }
  // What a sitting that broke off leaves.
  void Leave(std::string_view name, std::string_view bytes) const {
    PartialFile file;
    ASSERT_EQ(Open(file, name), FileError::kNone);
    ASSERT_EQ(file.Write(bytes), FileError::kNone);
  }

  test::Scratch inside_;
  test::Scratch outside_;
};

TEST_F(PartialFileTest, GoesOnWhereTheLastOneEnded) {
  inside_.Write("a.txt", "before");
  Leave("a.txt", "first ");
  EXPECT_EQ(inside_.Read("a.txt"), "before") << "nothing of it is to be seen";
  PartialFile file;
  ASSERT_EQ(Open(file, "a.txt"), FileError::kNone);
  EXPECT_EQ(file.bytes(), 6u);
  ASSERT_EQ(file.Write("second"), FileError::kNone);
  ASSERT_EQ(file.Commit({.mode = 0604, .modified_ns = -1'500'000'000}), FileError::kNone);
  EXPECT_EQ(inside_.Read("a.txt"), "first second");
  EXPECT_EQ(inside_.CountEntries(), 1u);
  struct stat status {};
  ASSERT_EQ(stat(inside_.path("a.txt").c_str(), &status), 0);
  EXPECT_EQ(status.st_mode & 07777, 0604u);
  EXPECT_EQ(status.st_mtim.tv_sec, -2) << "1.5 s before 1970";
  EXPECT_EQ(status.st_mtim.tv_nsec, 500'000'000);
}

TEST_F(PartialFileTest, AnotherKeyIsAnotherPart) {
  Leave("a.txt", "first");
  PartialFile file;
  ASSERT_EQ(Open(file, "a.txt", "k2"), FileError::kNone);
  EXPECT_EQ(file.bytes(), 0u);
  EXPECT_EQ(inside_.CountEntries(), 2u);
  file.Discard();
  EXPECT_EQ(inside_.CountEntries(), 1u);
}

TEST_F(PartialFileTest, StartsOver) {
  Leave("a.txt", "first");
  PartialFile file;
  ASSERT_EQ(Open(file, "a.txt"), FileError::kNone);
  ASSERT_EQ(file.StartOver(), FileError::kNone);
  EXPECT_EQ(file.bytes(), 0u);
  ASSERT_EQ(file.Write("x"), FileError::kNone);
  ASSERT_EQ(file.Commit({.sync = false}), FileError::kNone);
  EXPECT_EQ(inside_.Read("a.txt"), "x");
}

TEST_F(PartialFileTest, HasOneOwnerAtATime) {
  auto first = std::make_unique<PartialFile>();
  ASSERT_EQ(Open(*first, "a.txt"), FileError::kNone);
  PartialFile second;
  EXPECT_EQ(Open(second, "a.txt"), FileError::kBusy);
  first.reset();
  EXPECT_EQ(Open(second, "a.txt"), FileError::kNone);
  ASSERT_EQ(second.Commit({}), FileError::kNone);
  // The part took the file's name: the next one must not write into that.
  PartialFile third;
  ASSERT_EQ(Open(third, "a.txt"), FileError::kNone);
  ASSERT_EQ(third.Write("new"), FileError::kNone);
  EXPECT_EQ(inside_.Read("a.txt"), "");
}

// As a Commit that was killed leaves it where the file is to be read only.
TEST_F(PartialFileTest, APartThatCannotBeWrittenIsMadeAnew) {
  ASSERT_EQ(chmod(inside_.path().c_str(), 0777), 0);
  const uid_t before = geteuid();
  if (before == 0) {
    ASSERT_EQ(seteuid(65534), 0);  // nothing is forbidden to root
  }
  Leave("a.txt", "first");
  EXPECT_EQ(chmod(inside_.path(".sluice-k1.part").c_str(), 0444), 0);
  PartialFile file;
  EXPECT_EQ(Open(file, "a.txt"), FileError::kNone);
  EXPECT_EQ(file.bytes(), 0u);
  EXPECT_EQ(file.Write("x"), FileError::kNone);
  EXPECT_EQ(file.Commit({}), FileError::kNone);
  EXPECT_EQ(inside_.Read("a.txt"), "x");
  ASSERT_EQ(seteuid(before), 0);
}

TEST_F(PartialFileTest, APartThatHasAnotherNameTooIsLeftAlone) {
  inside_.Write("theirs", "planted");
  std::filesystem::create_hard_link(inside_.path("theirs"), inside_.path(".sluice-k1.part"));
  PartialFile file;
  ASSERT_EQ(Open(file, "a.txt"), FileError::kNone);
  EXPECT_EQ(file.bytes(), 0u);
  ASSERT_EQ(file.Write("mine"), FileError::kNone);
  EXPECT_EQ(inside_.Read("theirs"), "planted");
}

TEST_F(PartialFileTest, APartOfSomebodyElseIsNotTakenUp) {
  Leave("a.txt", "planted");
  if (chown(inside_.path(".sluice-k1.part").c_str(), 65534, 65534) != 0) {
    GTEST_SKIP() << "only root gives files away";
  }
  PartialFile file;
  ASSERT_EQ(Open(file, "a.txt"), FileError::kNone);
  EXPECT_EQ(file.bytes(), 0u);
}

TEST_F(PartialFileTest, WritesNowhereElse) {
  outside_.Write("secret", "not for you");
  inside_.Link("folder", outside_.path());
  inside_.Link("out", outside_.path("secret"));
  inside_.Link(".sluice-k9.part", outside_.path("secret"));
  inside_.MakeDirectory("sub");
  PartialFile file;
  EXPECT_EQ(Open(file, "../x"), FileError::kBadName);
  EXPECT_EQ(Open(file, ""), FileError::kBadName);
  EXPECT_EQ(Open(file, "folder/x"), FileError::kOutside);
  EXPECT_EQ(Open(file, "none/x"), FileError::kNotFound);
  EXPECT_EQ(Open(file, "sub"), FileError::kDirectory);
  ASSERT_EQ(mkfifo(inside_.path("pipe").c_str(), 0600), 0);
  EXPECT_EQ(Open(file, "pipe"), FileError::kNotRegular);
  EXPECT_EQ(Open(file, "a.txt", "k9"), FileError::kOutside) << "a link where the part should be";
  ASSERT_EQ(Open(file, "out"), FileError::kNone);
  ASSERT_EQ(file.Write("mine"), FileError::kNone);
  ASSERT_EQ(file.Commit({}), FileError::kNone);
  EXPECT_EQ(inside_.Read("out"), "mine") << "the link is replaced, not followed";
  EXPECT_EQ(outside_.Read("secret"), "not for you");
}

TEST_F(PartialFileTest, ItsNamesAreKnown) {
  Leave("a.txt", "first");
  for (const auto& entry : std::filesystem::directory_iterator(inside_.path())) {
    EXPECT_TRUE(PartialFile::IsPartialName(entry.path().filename().string()));
  }
  EXPECT_FALSE(PartialFile::IsPartialName("a.txt"));
  EXPECT_FALSE(PartialFile::IsPartialName(".sluice-1-2.tmp")) << "a FileWriter's";
}

}  // namespace
}  // namespace sluice
