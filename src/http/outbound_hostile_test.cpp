// A hostile server: does every fetch end in its right fault, within its time and its memory?
#include <gtest/gtest.h>

#include "http/test_outbound.h"

namespace openirsa::http {
namespace {

using namespace std::chrono_literals;
using namespace test;

class OutboundHostile : public OutboundTest {
 protected:
  OutboundHostile() { settings.body_bytes = 100'000; }

  std::string verdict_on(TlsHost::Script script) {
    const auto server = host(std::move(script));
    return verdict(to(*server));
  }
  std::string verdict_on(const std::string& answer) { return verdict_on(always(answer)); }
  void expect_control() { EXPECT_EQ(verdict_on(ok("{}")), "ok"); }
};

// Writes the text a piece at a time, with a pause after each.
TlsHost::Script slowly(std::string start, std::string piece, std::chrono::milliseconds pause) {
  return [=](TlsStream& stream) {
    if (!stream.write(start)) return;
    while (stream.write(piece) && stream.pause(pause)) {
    }
  };
}
TlsHost::Script endlessly(std::string start, std::string piece) {
  return [=](TlsStream& stream) {
    if (!stream.write(start)) return;
    while (stream.write(piece)) {
    }
  };
}

TEST_F(OutboundHostile, slow_answers_end_in_time) {
  expect_control();
  const auto timely = [&](const TlsHost::Script& script) {
    const auto server = host(script);
    Fetch fetch = to(*server);
    const auto begun = std::chrono::steady_clock::now();
    fetch.deadline = begun + 700ms;
    EXPECT_EQ(verdict(fetch), "timed_out");
    EXPECT_GE(std::chrono::steady_clock::now() - begun, 700ms);
    EXPECT_LT(std::chrono::steady_clock::now() - begun, 4s);
  };
  timely(slowly("HTTP/1.1 200 ", "O", 100ms));
  timely(slowly("HTTP/1.1 200 OK\r\n", "X: y\r\n", 100ms));
  timely(slowly("HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n", "x", 100ms));
  timely(slowly("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n", "1\r\nx\r\n", 100ms));
  timely([](TlsStream& stream) { stream.wait_for_close(); });
  timely(slowly(redirect("/again").substr(0, 30), "x", 100ms));
  expect_control();
}

TEST_F(OutboundHostile, bodies_beyond_the_limit_are_cut_off) {
  const std::string piece(10'000, 'x');
  const std::string chunk = "2710\r\n" + piece + "\r\n";
  EXPECT_EQ(verdict_on(endlessly("HTTP/1.1 200 OK\r\n\r\n", piece)), "too_large");
  EXPECT_EQ(verdict_on(endlessly("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n", chunk)),
            "too_large");
  EXPECT_EQ(verdict_on("HTTP/1.1 200 OK\r\nContent-Length: 100001\r\n\r\n"), "too_large");
  EXPECT_EQ(verdict_on("HTTP/1.1 200 OK\r\nContent-Length: 9000000000000000000\r\n\r\n"), "too_large");
  EXPECT_EQ(verdict_on(ok(std::string(100'001, 'x'))), "too_large");
  EXPECT_EQ(verdict_on("HTTP/1.1 200 OK\r\n\r\n" + std::string(100'001, 'x')), "too_large");
  EXPECT_EQ(verdict_on(ok(std::string(100'000, 'x'))), "ok");
  EXPECT_EQ(verdict_on("HTTP/1.1 200 OK\r\n\r\n" + std::string(100'000, 'x')), "ok");
}

TEST_F(OutboundHostile, headers_beyond_the_limit_are_cut_off) {
  const std::string line = "X: " + std::string(1'000, 'y') + "\r\n";
  EXPECT_EQ(verdict_on(endlessly("HTTP/1.1 200 OK\r\n", line)), "too_large");
  EXPECT_EQ(verdict_on(endlessly("HTTP/1.1 200 OK\r\nX: ", std::string(1'000, 'y'))), "too_large");
  EXPECT_EQ(verdict_on(endlessly("", "HTTP/1.1 100 Continue\r\n\r\n")), "too_large");
  EXPECT_EQ(verdict_on(endlessly("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n", line)),
            "too_large");
  EXPECT_EQ(verdict_on(ok("{}", "X: " + std::string(60'000, 'y') + "\r\n")), "ok");
}

TEST_F(OutboundHostile, encodings_that_were_not_asked_for_are_refused) {
  // 1 GiB of zeros would follow; its first bytes do.
  const std::string gzip("\x1f\x8b\x08\x00\x00\x00\x00\x00\x00\x03", 10);
  EXPECT_EQ(verdict_on(ok(gzip, "Content-Encoding: gzip\r\n")), "bad_content");
  EXPECT_EQ(verdict_on(ok(gzip, "Content-Encoding: br\r\n")), "bad_content");
  EXPECT_EQ(verdict_on(ok(gzip, "content-encoding: identity, gzip\r\n")), "bad_content");
  EXPECT_EQ(verdict_on(ok(gzip, "Content-Encoding: identity\r\nContent-Encoding: deflate\r\n")),
            "bad_content");
  EXPECT_EQ(verdict_on("HTTP/1.1 200 OK\r\nTransfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n"),
            "bad_content");
  EXPECT_EQ(verdict_on("HTTP/1.1 200 OK\r\nTransfer-Encoding: gzip\r\n\r\n" + gzip), "bad_content");
  EXPECT_EQ(verdict_on(ok("{}", "Content-Encoding: identity\r\n")), "ok");
  EXPECT_EQ(verdict_on("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\n{}\r\n0\r\n\r\n"), "ok");
}

TEST_F(OutboundHostile, what_is_not_a_whole_answer_is_not_taken) {
  EXPECT_EQ(verdict_on("HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\n{}"), "unreachable");
  EXPECT_EQ(verdict_on("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\n{}\r\n"), "unreachable");
  EXPECT_EQ(verdict_on("HTTP/1.1 200 OK\r\nContent-Le"), "unreachable");
  EXPECT_EQ(verdict_on("HTTP/1.1 200 OK\r\n"), "unreachable");
  EXPECT_EQ(verdict_on("HTTP/1.1 302 Found\r\nLocation: /x\r\n"), "unreachable");
  EXPECT_EQ(verdict_on("HTTP/1.1 100 Continue\r\n\r\n"), "unreachable");
  EXPECT_EQ(verdict_on(""), "unreachable");
  EXPECT_EQ(verdict_on("{\"keys\":[]}"), "bad_content");
  EXPECT_EQ(verdict_on("SSH-2.0-OpenSSH_9.2\r\n"), "bad_content");
  EXPECT_EQ(verdict_on("HTTP/1.1 100 Continue\r\n\r\n" + ok("{}")), "ok");
}

TEST_F(OutboundHostile, lengths_that_contradict_each_other_are_refused) {
  const std::string whole = "Content-Length: 2\r\n";
  const auto with = [](const std::string& lengths) { return "HTTP/1.1 200 OK\r\n" + lengths + "\r\n{}{}"; };
  EXPECT_EQ(verdict_on(with(whole + "Content-Length: 4\r\n")), "bad_content");
  EXPECT_EQ(verdict_on(with("content-length: 4\r\n" + whole)), "bad_content");
  EXPECT_EQ(verdict_on(with("Content-Length: 2, 4\r\n")), "bad_content");
  EXPECT_EQ(verdict_on(with("Content-Length: -1\r\n")), "bad_content");
  EXPECT_EQ(verdict_on(with("Content-Length: +2\r\n")), "bad_content");
  EXPECT_EQ(verdict_on(with("Content-Length:\r\n")), "bad_content");
  EXPECT_EQ(verdict_on(with(whole + whole)), "ok");
  EXPECT_EQ(verdict_on("HTTP/1.1 103 Early Hints\r\nContent-Length: 0\r\n\r\n" + ok("{}")), "ok");
}

TEST_F(OutboundHostile, only_200_is_an_answer) {
  for (const int status : {201, 204, 206, 300, 304, 400, 401, 404, 408, 410, 429, 500, 502, 503, 599}) {
    const auto server =
        host(always("HTTP/1.1 " + std::to_string(status) + " Whatever\r\nContent-Length: 2\r\n\r\n{}"));
    const auto result = get(to(*server));
    ASSERT_FALSE(result) << status;
    EXPECT_EQ(name_of(result.error().fault), "bad_status") << status;
    EXPECT_EQ(result.error().status, status);
    EXPECT_EQ(result.error().retryable(), status >= 500 || status == 408 || status == 429) << status;
  }
  EXPECT_EQ(verdict_on("HTTP/1.1 302 Found\r\nContent-Length: 0\r\n\r\n"), "bad_status");
  EXPECT_NE(verdict_on("HTTP/1.1 101 Switching Protocols\r\nUpgrade: x\r\n\r\n{}"), "ok");
  EXPECT_NE(verdict_on("HTTP/1.1 999999 OK\r\nContent-Length: 2\r\n\r\n{}"), "ok");
  expect_control();
}

// OpenSSL takes session tickets and key updates within the call that reads, for as long as they come.
TEST_F(OutboundHostile, tls_messages_without_end_are_cut_off) {
  const auto tickets = [](TlsStream& stream) {
    while (stream.send_ticket()) {
    }
  };
  const auto updates = [](TlsStream& stream) {
    while (stream.update_key()) {
    }
  };
  EXPECT_EQ(verdict_on(tickets), "too_large");
  EXPECT_EQ(verdict_on(updates), "too_large");
  EXPECT_EQ(verdict_on([](TlsStream& stream) {
              for (int i = 0; i < 8; ++i) stream.send_ticket();
              stream.update_key();
              stream.write(ok("{}"));
            }),
            "ok");
}

// libcurl reads a chunk's extension to its end and tells nobody of it.
TEST_F(OutboundHostile, a_host_that_never_stops_talking_delays_no_other_and_no_shutdown) {
  const auto talker =
      host(endlessly("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n1;", std::string(16'000, 'x')));
  const auto quick = host(always(ok("{}")));
  auto fetcher = Outbound::start(settings);
  const auto begin = [&](const Fetch& fetch) {
    auto promise = std::make_shared<std::promise<std::string>>();
    fetcher->get(fetch, [promise](const Result<Fetched, FetchFailure>& result) {
      promise->set_value(result ? "ok" : name_of(result.error().fault));
    });
    return promise->get_future();
  };
  Fetch timed = to(*talker);
  timed.deadline = std::chrono::steady_clock::now() + 500ms;
  auto late = begin(timed);
  auto endless = begin(to(*talker));
  EXPECT_EQ(begin(to(*quick)).get(), "ok");
  EXPECT_EQ(late.get(), "timed_out");
  ASSERT_EQ(endless.wait_for(0s), std::future_status::timeout);
  const auto stopped = std::chrono::steady_clock::now();
  fetcher.reset();
  EXPECT_LT(std::chrono::steady_clock::now() - stopped, 5s);
  EXPECT_EQ(endless.get(), "unreachable");
}

// An error's body is of no use and may be endless.
TEST_F(OutboundHostile, the_body_of_a_refusal_is_not_waited_for) {
  const std::string piece(10'000, 'x');
  EXPECT_EQ(verdict_on(endlessly("HTTP/1.1 404 Not Found\r\n\r\n", piece)), "bad_status");
  EXPECT_EQ(verdict_on(slowly("HTTP/1.1 503 Busy\r\nContent-Length: 9\r\n\r\n", "x", 1h)), "bad_status");
}

TEST_F(OutboundHostile, one_slow_server_delays_no_other) {
  const auto slow = host([](TlsStream& stream) { stream.wait_for_close(); });
  const auto quick = host(always(ok("{}")));
  std::vector<std::future<Result<Fetched, FetchFailure>>> pending;
  for (int i = 0; i < 20; ++i) {
    auto promise = std::make_shared<std::promise<Result<Fetched, FetchFailure>>>();
    pending.push_back(promise->get_future());
    Fetch fetch = to(*slow);
    fetch.deadline = std::chrono::steady_clock::now() + 3s;
    outbound().get(
        fetch, [promise](Result<Fetched, FetchFailure> result) { promise->set_value(std::move(result)); });
  }
  EXPECT_EQ(verdict(to(*quick)), "ok");
  EXPECT_EQ(pending.front().wait_for(0s), std::future_status::timeout);  // it waits still
  for (auto& result : pending) EXPECT_EQ(name_of(result.get().error().fault), "timed_out");
}

}  // namespace
}  // namespace openirsa::http
