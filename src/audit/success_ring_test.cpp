// Does a success come out of the ring as it went in, and do the last ones stay?
#include "audit/success_ring.h"

#include <gtest/gtest.h>

#include <thread>

#include "audit/packed_success.h"

namespace openirsa::audit {
namespace {

wire::Trace success(const std::string& id, Time time = time_of_seconds(1'795'521'600)) {
  wire::Trace trace;
  trace.request_id = id;
  trace.time = time;
  return trace;
}

// Every text with a value of its own, so that no two can be exchanged.
wire::Trace full() {
  wire::Trace trace = success("00000000-0000-4000-8000-000000000000");
  trace.service = "sts";
  trace.operation = "AssumeRoleWithWebIdentity";
  trace.source_ip = "192.0.2.7";
  trace.account = "111122223333";
  trace.caller = "arn:aws:iam::111122223333:user/admin";
  trace.access_key_id = "AKIAIOSFODNN7EXAMPLE";
  trace.action = "sts:AssumeRoleWithWebIdentity";
  trace.resource = "*";
  trace.role_arn = "arn:aws:iam::111122223333:role/r";
  trace.issuer = "https://oidc.example";
  trace.subject = "system:serviceaccount:default:a";
  trace.audience = "sts.amazonaws.com";
  trace.key_id = "k1";
  trace.algorithm = "ES256";
  trace.provider_arn = "arn:aws:iam::111122223333:oidc-provider/oidc.example";
  trace.session_name = "s";
  trace.token_issued_at = -1;
  trace.token_expires_at = 0;
  trace.status = 200;
  trace.pass(wire::Step::request_parsed);
  trace.pass(wire::Step::handler_done);
  return trace;
}

TEST(PackedSuccess, comes_back_as_it_was) {
  std::string packed(packed_size(full()), '\0');
  pack(full(), packed.data());
  EXPECT_EQ(wire::to_json(unpack(packed.data())), wire::to_json(full()));
  EXPECT_EQ(wire::to_json(full()).size(), 18U) << "a member that this test leaves empty is not tested";
  packed.assign(packed_size(wire::Trace{}), '\0');
  pack(wire::Trace{}, packed.data());
  EXPECT_EQ(wire::to_json(unpack(packed.data())), wire::to_json(wire::Trace{}));
}

TEST(PackedSuccess, cuts_texts_that_a_caller_makes_long) {
  wire::Trace trace = full();
  trace.subject = std::string(100'000, 'x');
  trace.session_name = std::string(wire::Trace::longest_text, 'y');
  ASSERT_LE(packed_size(trace), largest_packed);
  std::string packed(packed_size(trace), '\0');
  pack(trace, packed.data());
  const wire::Trace read = unpack(packed.data());
  EXPECT_EQ(read.subject, std::string(wire::Trace::longest_text, 'x') + "…");
  EXPECT_EQ(read.session_name, trace.session_name);
}

TEST(SuccessRing, keeps_exactly_the_last_ones) {
  Sequence sequence;
  SuccessRing ring(1000, sequence);
  for (int i = 0; i < 5000; ++i) ring.add(success("id-" + std::to_string(i)));
  EXPECT_EQ(ring.size(), 1000U);
  EXPECT_FALSE(ring.find("id-3999"));
  ASSERT_TRUE(ring.find("id-4000"));
  ASSERT_TRUE(ring.find("id-4999"));
  EXPECT_EQ(ring.find("id-4999")->sequence, sequence.last());
  std::vector<std::string> walked;
  ring.walk(0, false, [&](const SuccessRing::Success& one) {
    walked.push_back(one.trace.request_id);
    return true;
  });
  ASSERT_EQ(walked.size(), 1000U);
  EXPECT_EQ(walked.front(), "id-4999");
  EXPECT_EQ(walked.back(), "id-4000");
}

TEST(SuccessRing, walks_what_came_after_until_told_to_stop) {
  Sequence sequence;
  SuccessRing ring(10, sequence);
  for (int i = 0; i < 5; ++i) ring.add(success("id-" + std::to_string(i)));
  const std::uint64_t after = ring.find("id-1")->sequence;
  std::string walked;
  ring.walk(after, false, [&](const SuccessRing::Success& one) {
    walked += one.trace.request_id + " ";
    return true;
  });
  EXPECT_EQ(walked, "id-4 id-3 id-2 ");
  ring.walk(0, false, [&](const SuccessRing::Success& one) {
    walked += one.trace.request_id;
    return false;
  });
  EXPECT_EQ(walked, "id-4 id-3 id-2 id-4");
  walked.clear();
  ring.walk(after, true, [&](const SuccessRing::Success& one) {
    walked += one.trace.request_id + " ";
    return one.trace.request_id != "id-3";
  });
  EXPECT_EQ(walked, "id-2 id-3 ");
}

TEST(SuccessRing, large_ones_fit_too) {
  Sequence sequence;
  SuccessRing ring(3, sequence);
  wire::Trace trace = full();
  trace.subject = trace.role_arn = trace.issuer = trace.caller = trace.resource = std::string(1000, 'z');
  for (int i = 0; i < 100; ++i) {
    trace.request_id = "id-" + std::to_string(i);
    ring.add(trace);
  }
  EXPECT_FALSE(ring.find("id-96"));
  EXPECT_EQ(ring.find("id-97")->trace.issuer.size(), wire::Trace::longest_text + 3);
}

TEST(SuccessRing, is_read_while_it_is_filled) {
  Sequence sequence;
  SuccessRing ring(700, sequence);
  const auto fill = [&ring](const std::string& name) {
    for (int i = 0; i < 20'000; ++i) ring.add(success(name + std::to_string(i)));
  };
  std::thread one(fill, "one-");
  std::thread other(fill, "other-");
  for (int i = 0; i < 50; ++i) {
    std::uint64_t later = UINT64_MAX;
    ring.walk(0, false, [&](const SuccessRing::Success& read) {
      EXPECT_LT(read.sequence, later);
      EXPECT_TRUE(read.trace.request_id.starts_with("one-") || read.trace.request_id.starts_with("other-"));
      later = read.sequence;
      return true;
    });
  }
  one.join();
  other.join();
  EXPECT_EQ(ring.size(), 700U);
}

TEST(Sequence, increases_whatever_the_clock_does) {
  Sequence sequence;
  const Time noon = time_of_seconds(1'795'521'600);
  EXPECT_EQ(Sequence::time_of(sequence.next(noon)), noon);
  const std::uint64_t second = sequence.next(noon);
  EXPECT_EQ(second, Sequence::at(noon) + 1);
  EXPECT_EQ(sequence.next(noon - std::chrono::hours(1)), second + 1);
  EXPECT_EQ(sequence.next(Time{std::chrono::milliseconds{-5}}), second + 2);
  sequence.pass(second);
  EXPECT_EQ(sequence.last(), second + 2);
  sequence.pass(second + 100);
  EXPECT_EQ(sequence.next(noon), second + 101);
}

}  // namespace
}  // namespace openirsa::audit
