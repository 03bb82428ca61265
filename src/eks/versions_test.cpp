#include "eks/versions.h"

#include <gtest/gtest.h>

#include "base/text.h"
#include "base/time_text.h"
#include "eks/test_desk.h"

namespace openirsa::eks {
namespace {

using test::Desk;
using test::expect_refused;
using test::Reply;
using Names = std::vector<std::string>;

const json::array& listed(const Reply& reply) { return reply.body.at("clusterVersions").as_array(); }
Names names_of(const Reply& reply) {
  Names names;
  for (const auto& version : listed(reply)) names.emplace_back(version.at("clusterVersion").as_string());
  return names;
}
Names show(Desk& desk, const std::string& query) {
  const Reply reply = desk.send("GET", "/cluster-versions" + query);
  EXPECT_EQ(reply.status, 200) << query << ": " << reply.message();
  return reply.status == 200 ? names_of(reply) : Names{"<refused>"};
}
std::int64_t seconds(std::string_view date) { return seconds_of(*parse_iso8601(date)); }

TEST(DescribeClusterVersions, ListsWhatIsSupportedNewestFirst) {
  Desk desk;
  EXPECT_EQ(show(desk, ""), (Names{"1.36", "1.35", "1.34", "1.33", "1.32", "1.31"}));
  EXPECT_EQ(desk.trace().resource, "arn:aws:eks:us-west-2:111122223333:*");
  EXPECT_EQ(show(desk, "?includeAll=true"), (Names{"1.36", "1.35", "1.34", "1.33", "1.32", "1.31", "1.30"}));
  EXPECT_EQ(show(desk, "?includeAll=false"), show(desk, ""));
}

TEST(DescribeClusterVersions, TellsDatesAndBothFormsOfTheStatus) {
  Desk desk;
  const Reply reply = desk.send("GET", "/cluster-versions?clusterVersions=1.34");
  const json::array expected{json::object{{"clusterVersion", "1.34"},
                                          {"clusterType", "eks"},
                                          {"defaultPlatformVersion", "eks.1"},
                                          {"defaultVersion", false},
                                          {"releaseDate", seconds("2025-10-02")},
                                          {"endOfStandardSupportDate", seconds("2026-12-02")},
                                          {"endOfExtendedSupportDate", seconds("2027-12-02")},
                                          {"status", "standard-support"},
                                          {"versionStatus", "STANDARD_SUPPORT"}}};
  EXPECT_EQ(listed(reply), expected);
}

TEST(DescribeClusterVersions, FollowsTheCalendar) {
  Desk desk;
  const auto status = [&](std::string_view date) {
    desk.clock.set(seconds(date));
    const Reply reply = desk.send("GET", "/cluster-versions?clusterVersions=1.34");
    return std::string(listed(reply).at(0).at("status").as_string()) + " " +
           std::string(listed(reply).at(0).at("versionStatus").as_string());
  };
  EXPECT_EQ(status("2026-12-01T23:59:59Z"), "standard-support STANDARD_SUPPORT");
  EXPECT_EQ(status("2026-12-02"), "extended-support EXTENDED_SUPPORT");
  EXPECT_EQ(status("2027-12-01T23:59:59Z"), "extended-support EXTENDED_SUPPORT");
  EXPECT_EQ(status("2027-12-02"), "unsupported UNSUPPORTED");
}

TEST(DescribeClusterVersions, IsNeverEmptyByDefaultHoweverOldTheServerIs) {
  Desk desk;
  for (int year = 2025; year < 2060; ++year) {
    desk.clock.set(seconds(std::to_string(year) + "-06-15"));
    EXPECT_FALSE(show(desk, "").empty()) << year;
    const Names defaults = show(desk, "?defaultOnly=true");
    ASSERT_EQ(defaults.size(), 1U) << year;
    EXPECT_EQ(defaults.front(), default_version(desk.clock.now()));
    EXPECT_TRUE(is_offered(defaults.front(), desk.clock.now())) << year;
  }
  EXPECT_EQ(desk.create("my-cluster").status, 200) << "without a version";
}

TEST(DescribeClusterVersions, FiltersByNameStatusAndType) {
  Desk desk;
  EXPECT_EQ(show(desk, "?defaultOnly=true"), (Names{"1.35"}));
  EXPECT_EQ(show(desk, "?clusterVersions=1.32&clusterVersions=1.30"), (Names{"1.32", "1.30"}));
  EXPECT_EQ(show(desk, "?clusterVersions=2.0"), Names{});
  EXPECT_EQ(show(desk, "?status=standard-support"), (Names{"1.36", "1.35", "1.34"}));
  EXPECT_EQ(show(desk, "?versionStatus=EXTENDED_SUPPORT"), (Names{"1.33", "1.32", "1.31"}));
  EXPECT_EQ(show(desk, "?status=unsupported&versionStatus=UNSUPPORTED"), (Names{"1.30"}));
  EXPECT_EQ(show(desk, "?clusterType=eks&clusterVersions=1.36"), (Names{"1.36"}));
  EXPECT_EQ(show(desk, "?clusterType=other"), Names{});
}

TEST(DescribeClusterVersions, RefusesWhatTheModelDoesNotAllow) {
  Desk desk;
  const std::string at = "1 validation error detected: Value 'STANDARD' at '";
  const std::string constraint = "' failed to satisfy constraint: Member must satisfy enum value set: ";
  expect_refused(desk.send("GET", "/cluster-versions?status=STANDARD"), 400, "InvalidParameterException",
                 at + "status" + constraint + "[unsupported, standard-support, extended-support]");
  expect_refused(desk.send("GET", "/cluster-versions?versionStatus=STANDARD"), 400,
                 "InvalidParameterException",
                 at + "versionStatus" + constraint + "[UNSUPPORTED, STANDARD_SUPPORT, EXTENDED_SUPPORT]");
  for (const std::string query : {"?status=unsupported&versionStatus=STANDARD_SUPPORT", "?defaultOnly=maybe",
                                  "?includeAll=1", "?maxResults=0", "?maxResults=101", "?nextToken=x"}) {
    const Reply reply = desk.send("GET", "/cluster-versions" + query);
    EXPECT_EQ(reply.status, 400) << query;
    EXPECT_EQ(reply.error, "InvalidParameterException") << query;
  }
}

TEST(DescribeClusterVersions, Pages) {
  Desk desk;
  Names seen;
  std::string query = "?includeAll=true&maxResults=3";
  for (int page = 0; page < 3; ++page) {
    const Reply reply = desk.send("GET", "/cluster-versions" + query);
    const Names names = names_of(reply);
    seen.insert(seen.end(), names.begin(), names.end());
    EXPECT_EQ(names.size(), page < 2 ? 3U : 1U);
    EXPECT_EQ(reply.body.contains("nextToken"), page < 2);
    if (page < 2) {
      query =
          "?includeAll=true&maxResults=3&nextToken=" + percent_encode(reply.body.at("nextToken").as_string());
    }
  }
  EXPECT_EQ(seen, (Names{"1.36", "1.35", "1.34", "1.33", "1.32", "1.31", "1.30"}));
}

}  // namespace
}  // namespace openirsa::eks
