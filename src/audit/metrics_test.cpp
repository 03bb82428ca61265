#include "audit/metrics.h"

#include <gtest/gtest.h>

namespace openirsa::audit {
namespace {

wire::Trace call(const std::string& operation, bool exists) {
  wire::Trace trace;
  trace.service = "sts";
  trace.operation = operation;
  if (exists) trace.pass(wire::Step::operation_found);
  return trace;
}

TEST(Metrics, counts_by_service_operation_and_code) {
  Metrics metrics;
  metrics.count(call("GetCallerIdentity", true));
  metrics.count(call("GetCallerIdentity", true));
  wire::Trace refused = call("GetCallerIdentity", true);
  refused.wire_code = "AccessDenied";
  refused.fail(wire::Step::action_authorised, "implicit_deny", "detail");
  metrics.count(refused);
  const std::string text = metrics.to_text();
  EXPECT_NE(text.find(R"(openirsa_requests_total{code="OK",operation="GetCallerIdentity",service="sts"} 2)"),
            std::string::npos)
      << text;
  EXPECT_NE(text.find(R"(code="AccessDenied")"), std::string::npos);
  EXPECT_NE(text.find(R"(openirsa_refusals_total{step="action_authorised"} 1)"), std::string::npos);
}

TEST(Metrics, operations_that_do_not_exist_make_no_labels) {
  Metrics metrics;
  for (int i = 0; i < 100; ++i) metrics.count(call("Made" + std::to_string(i), false));
  const std::string text = metrics.to_text();
  EXPECT_EQ(text.find("Made"), std::string::npos);
  EXPECT_NE(text.find(R"(operation="unknown",service="sts"} 100)"), std::string::npos) << text;
}

TEST(Metrics, asks_for_the_figures_of_others_at_each_scrape) {
  Metrics metrics;
  metrics.on_scrape([](Metrics& self) { self.set_store(7, 3); });
  EXPECT_NE(metrics.to_text().find(R"(openirsa_store{figure="revision"} 7)"), std::string::npos);
}

TEST(Metrics, tells_what_was_asked_of_other_hosts) {
  Metrics metrics;
  metrics.set_outside(
      {.fetched = 7, .failed = 6, .refused = 5, .crowded = 4, .issuers = 3, .fetching = 2, .waiting = 1});
  const std::string text = metrics.to_text();
  int value = 7;
  for (const char* name : {"fetched", "failed", "refused", "crowded", "issuers", "fetching", "waiting"}) {
    const std::string line =
        std::string("openirsa_outside{figure=\"") + name + "\"} " + std::to_string(value--) + "\n";
    EXPECT_NE(text.find(line), std::string::npos) << line << text;
  }
}

TEST(Metrics, tells_what_is_kept_and_who_lost_something) {
  Metrics metrics;
  metrics.set_traces(
      {.successes = 5, .refusals = {.kept = 4, .bytes = 3, .unwritten = 2, .dropped = {{"unknown", 1}}}});
  const std::string text = metrics.to_text();
  for (const std::string line :
       {R"(openirsa_traces{figure="successes"} 5)", R"(openirsa_traces{figure="refusals"} 4)",
        R"(openirsa_traces{figure="refusal_bytes"} 3)", R"(openirsa_traces{figure="refusals_unwritten"} 2)",
        R"(openirsa_refusals_dropped{share="unknown"} 1)"}) {
    EXPECT_NE(text.find(line), std::string::npos) << line << "\n" << text;
  }
}

}  // namespace
}  // namespace openirsa::audit
