#include <sstream>
#include <string>
#include <vector>

#include "absl/flags/flag.h"
#include "absl/flags/reflection.h"
#include "absl/time/time.h"
#include "gtest/gtest.h"
#include "tools/cli/command.h"
#include "tools/cli/loop_flags.h"

ABSL_FLAG(int, max_things, 7, "how many things");
ABSL_FLAG(bool, loud, false, "shout");
ABSL_FLAG(std::vector<std::string>, at, {}, "where");
ABSL_FLAG(absl::Duration, pause, absl::Seconds(1), "how long");

namespace sluice::cli {
namespace {

using Texts = std::vector<std::string>;

class Arguments : public testing::Test {
 protected:
  absl::StatusOr<Texts> Parse(const Texts& arguments) {
    return ParseArguments(arguments, command_);
  }

  std::string Refused(const Texts& arguments) {
    const absl::StatusOr<Texts> parsed = Parse(arguments);
    return parsed.ok() ? "accepted" : std::string(parsed.status().message());
  }

  Command command_{.name = "test", .purpose = "tests", .usage = "test", .examples = "  test\n"};
  absl::FlagSaver saver_;
};

TEST_F(Arguments, DashesUnderscoresAndSeparateValues) {
  for (const Texts& arguments :
       {Texts{"--max-things=9"}, Texts{"--max_things", "9"}, Texts{"-max-things=9"}}) {
    absl::SetFlag(&FLAGS_max_things, 7);
    ASSERT_TRUE(Parse(arguments).ok());
    EXPECT_EQ(absl::GetFlag(FLAGS_max_things), 9);
  }
}

TEST_F(Arguments, BoolsTakeNoSeparateValue) {
  command_.positional_count_max = 1;
  const absl::StatusOr<Texts> parsed = Parse({"--loud", "word"});
  ASSERT_TRUE(parsed.ok()) << parsed.status();
  EXPECT_EQ(*parsed, Texts{"word"});
  EXPECT_TRUE(absl::GetFlag(FLAGS_loud));
  for (const char* off : {"--no-loud", "--noloud", "--loud=false"}) {
    absl::SetFlag(&FLAGS_loud, true);
    ASSERT_TRUE(Parse({off}).ok());
    EXPECT_FALSE(absl::GetFlag(FLAGS_loud)) << off;
  }
}

TEST_F(Arguments, NegativeNumbersAreNoFlags) {
  command_.positional_count_max = 3;
  const absl::StatusOr<Texts> parsed = Parse({"-5", "--loud", "-.5", "-"});
  ASSERT_TRUE(parsed.ok()) << parsed.status();
  EXPECT_EQ(*parsed, (Texts{"-5", "-.5", "-"}));
  EXPECT_NE(Refused({"-.", "-x5"}), "accepted");
  ASSERT_TRUE(Parse({"--max-things", "-5"}).ok());
  EXPECT_EQ(absl::GetFlag(FLAGS_max_things), -5);
}

TEST_F(Arguments, ListsAddUp) {
  ASSERT_TRUE(Parse({"--at=a,b", "--at", "c"}).ok());
  EXPECT_EQ(absl::GetFlag(FLAGS_at), (Texts{"a", "b", "c"}));
}

TEST_F(Arguments, DurationsHaveUnits) {
  ASSERT_TRUE(Parse({"--pause=1.5ms"}).ok());
  EXPECT_EQ(ToDuration(absl::GetFlag(FLAGS_pause)), std::chrono::microseconds(1500));
  for (const char* text : {"15", "soon", "10 s"}) {
    EXPECT_EQ(Refused({std::string("--pause=") + text}),
              std::string("--pause cannot be \"") + text +
                  "\": it wants a duration with a unit, such as 10s or 500ms (see --help)");
  }
}

TEST_F(Arguments, AnEmptyValueIsNotTheDefault) {
  EXPECT_EQ(Refused({"--pause="}),
            "--pause needs a value: it wants a duration with a unit, such as 10s or 500ms "
            "(see --help)");
  EXPECT_EQ(Refused({"--at="}), "--at needs a value (see --help)");
  EXPECT_EQ(Refused({"--at", ""}), "--at needs a value (see --help)");
}

TEST_F(Arguments, ACommaTooManyIsNamed) {
  for (const char* text : {"a,", ",a", "a,,b", ","}) {
    EXPECT_EQ(
        Refused({std::string("--at=") + text}),
        std::string("--at cannot be \"") + text + "\": there is a comma too many (see --help)");
  }
}

TEST_F(Arguments, WhatWasGivenIsKnownThoughItBeTheDefault) {
  ASSERT_TRUE(Parse({"--max-things=7", "--no-loud"}).ok());
  EXPECT_TRUE(FlagGiven("max_things"));
  EXPECT_TRUE(FlagGiven("loud"));
  EXPECT_FALSE(FlagGiven("pause"));
  ASSERT_TRUE(Parse({}).ok());
  EXPECT_FALSE(FlagGiven("max_things"));
}

TEST_F(Arguments, WhatHasNoMeaningIsNamedInOneLine) {
  EXPECT_EQ(Refused({"--what=1"}), "unknown flag --what (see --help)");
  EXPECT_EQ(Refused({"--no-what"}), "unknown flag --no-what (see --help)");
  EXPECT_EQ(Refused({"--no-max-things"}), "unknown flag --no-max-things (see --help)");
  EXPECT_EQ(Refused({"stray"}), "unexpected argument \"stray\" (see --help)");
  EXPECT_EQ(Refused({"--", "--loud"}), "unexpected argument \"--loud\" (see --help)");
  EXPECT_EQ(Refused({"--max-things"}), "--max-things needs a value (see --help)");
  EXPECT_EQ(Refused({"--no-loud=true"}), "--no-loud takes no value (see --help)");
  EXPECT_EQ(Refused({"--max-things=x"}),
            "--max-things cannot be \"x\": it wants a whole number, such as 7 (see --help)");
  EXPECT_EQ(Refused({"--loud=perhaps"}),
            "--loud cannot be \"perhaps\": it wants true or false (see --help)");
}

TEST_F(Arguments, ADashAloneAndWhatFollowsTwoDashesArePositional) {
  command_.positional_count_max = 3;
  const absl::StatusOr<Texts> parsed = Parse({"-", "--", "--loud", "x"});
  ASSERT_TRUE(parsed.ok()) << parsed.status();
  EXPECT_EQ(*parsed, (Texts{"-", "--loud", "x"}));
  EXPECT_FALSE(absl::GetFlag(FLAGS_loud));
}

TEST_F(Arguments, BackendIsAFlagOfItsOwnType) {
  ASSERT_TRUE(Parse({"--backend=epoll"}).ok());
  EXPECT_EQ(LoopOptionsFromFlags().backend.kind, BackendKind::kEpoll);
  EXPECT_NE(Refused({"--backend=kqueue"}), "accepted");
  EXPECT_EQ(LoopOptionsFromFlags().backend.kind, BackendKind::kEpoll);
}

TEST_F(Arguments, HelpNamesEveryFlagWithItsDefaultAndNoOther) {
  const std::string help = HelpText(command_);
  for (const char* part : {"test: tests", "Usage: test", "Examples:\n  test\n", "--max-things=7",
                           "how many things", "--pause=1s", "--backend=auto", "--help"}) {
    EXPECT_NE(help.find(part), std::string::npos) << part << " in\n" << help;
  }
  for (const char* part : {"flagfile", "undefok", "max_things"}) {
    EXPECT_EQ(help.find(part), std::string::npos) << part;
  }
}

TEST_F(Arguments, HelpKeepsToEightyColumnsAndToItsSecondColumn) {
  std::string words;
  for (int i = 0; i < 60; ++i) words += " word";
  const std::string notes =
      "Notes:" + words + "\n  left" + words + "\n  left  right" + words + "\n\nThe end.\n";
  command_.notes = notes;
  const std::string help = HelpText(command_);
  std::istringstream lines(help);
  for (std::string line; std::getline(lines, line);) EXPECT_LE(line.size(), 80u) << line;
  EXPECT_NE(help.find("\nNotes: word"), std::string::npos) << help;
  EXPECT_NE(help.find("\nword word"), std::string::npos) << help;
  EXPECT_NE(help.find("\n  word word"), std::string::npos) << help;
  EXPECT_NE(help.find("\n  left  right word"), std::string::npos) << help;
  EXPECT_NE(help.find("\n        word word"), std::string::npos) << help;
  EXPECT_NE(help.find("word\n\nThe end.\n"), std::string::npos) << help;
}

TEST_F(Arguments, AMissingSubcommandIsAnsweredWithTheirNames) {
  command_.subcommands = "  go    goes\n  stay  stays\n";
  EXPECT_EQ(ShortUsage(command_), "Usage: test\n  go    goes\n  stay  stays\nMore: test --help\n");
  EXPECT_NE(HelpText(command_).find("\n  stay  stays\n"), std::string::npos);
}

}  // namespace
}  // namespace sluice::cli
