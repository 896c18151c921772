#include <gtest/gtest.h>

#include "domain/watch/watch_set.h"

namespace gw::watch {
namespace {

using Texts = std::vector<std::string>;

TEST(WatchSpec, ReadsAccountsRolesAndSeverity) {
  struct Case {
    const char* spec;
    Texts accounts;
    Texts roles;
    model::Severity severity;
  };
  using model::Severity;
  for (const Case& c :
       {Case{"*:BreakGlass*", {}, {"BreakGlass*"}, Severity::high},
        Case{"111122223333:*", {"111122223333"}, {}, Severity::high},
        Case{"111122223333,4444*:Admin,Power?:critical",
             {"111122223333", "4444*"},
             {"Admin", "Power?"},
             Severity::critical},
        Case{"ou:ou-ab12-cd34ef56,111122223333:Admin:low",
             {"ou:ou-ab12-cd34ef56", "111122223333"},
             {"Admin"},
             Severity::low},
        Case{R"(*:a\:high)", {}, {"a:high"}, Severity::high}, Case{R"(*:a\,b\;c)", {}, {"a,b;c"}, Severity::high},
        Case{"*:high", {}, {"high"}, Severity::high}}) {
    const auto spec = parse_watch_spec(c.spec);
    ASSERT_TRUE(spec.has_value()) << c.spec << spec.error().message;
    EXPECT_EQ(spec->watch.accounts, c.accounts) << c.spec;
    EXPECT_EQ(spec->watch.roles, c.roles) << c.spec;
    EXPECT_EQ(spec->watch.severity, c.severity) << c.spec;
    EXPECT_EQ(spec->watch.name, c.spec);
  }
}

TEST(WatchSpec, RefusesWhatItCannotMean) {
  for (const char* spec : {"", "*", "BreakGlass*", "11112222333:*", "1111222233334:*", ":*", "*:", "*:a:b",
                           "*:a:b:high", "ou:xy:*", "alice:*", "*:role/admin", "*:[Bb]reak*", "*:break glass"}) {
    EXPECT_FALSE(parse_watch_spec(spec).has_value()) << spec;
  }
}

TEST(WatchSpec, ReservedRolesAreReadAsPermissionSets) {
  for (const char* role : {"AWSReservedSSO_Break_Glass_0123456789abcdef", "AWSReservedSSO_Break_Glass_*"}) {
    const auto spec = parse_watch_spec(std::string("*:") + role);
    ASSERT_TRUE(spec.has_value());
    EXPECT_EQ(spec->watch.roles, (Texts{"Break_Glass"}));
    EXPECT_EQ(spec->notes.size(), 1u);
  }
  EXPECT_EQ(parse_watch_spec("*:AWSReservedSSO_X")->watch.roles, (Texts{"X"}));
}

TEST(WatchSpec, SeveralAreSeparatedBySemicolons) {
  const auto specs = parse_watch_specs(R"(*:A; 111122223333:B\;C:low ;)");
  ASSERT_TRUE(specs.has_value());
  ASSERT_EQ(specs->size(), 2u);
  EXPECT_EQ((*specs)[1].watch.roles, (Texts{"B;C"}));
  EXPECT_FALSE(parse_watch_specs("*:A;nonsense").has_value());
}

}  // namespace
}  // namespace gw::watch
