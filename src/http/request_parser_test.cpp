#include "http/request_parser.h"

#include <gtest/gtest.h>

#include "base/text.h"

namespace openirsa::http {
namespace {

using State = RequestParser::State;

// Everything that a request says, so that two readings can be compared.
std::string described(const RequestParser& parser, std::size_t used) {
  if (parser.state() == State::failed) return "failed " + std::to_string(parser.fault().status);
  std::string text = std::to_string(static_cast<int>(parser.state())) + " used " + std::to_string(used);
  if (parser.state() != State::complete) return text;
  const auto& request = parser.request();
  text += "|" + request.method + "|" + request.target + "|" + request.path + "|" + request.query + "|";
  for (const auto& [name, value] : request.headers) text += name + "=" + value + ";";
  return text + "|" + request.body + (parser.keep_alive() ? "|keep" : "|close");
}

std::string read_whole(std::string_view bytes, ParserLimits limits = {}) {
  RequestParser parser(limits);
  const std::size_t used = parser.feed(bytes);
  return described(parser, used);
}

std::string read_in_two(std::string_view bytes, std::size_t cut, ParserLimits limits = {}) {
  RequestParser parser(limits);
  std::size_t used = parser.feed(bytes.substr(0, cut));
  used += parser.feed(bytes.substr(used));
  return described(parser, used);
}

std::string read_by_bytes(std::string_view bytes, ParserLimits limits = {}) {
  RequestParser parser(limits);
  std::size_t used = 0;
  for (std::size_t i = 0; i < bytes.size(); ++i) used += parser.feed(bytes.substr(i, 1));
  return described(parser, used);
}

// 0 when the request is good, else the status of the refusal; -1 when it is not at its end.
int status_of(std::string_view bytes, ParserLimits limits = {}) {
  RequestParser parser(limits);
  parser.feed(bytes);
  if (parser.state() == State::failed) return parser.fault().status;
  return parser.state() == State::complete ? 0 : -1;
}

const std::string get = "GET /a%2Fb?x=1&y HTTP/1.1\r\nHost: h:80\r\nX-Empty:\r\nX-Padded: \t v w \t\r\n\r\n";
const std::string post = "POST / HTTP/1.1\r\nhost: h\r\nContent-Length: 5\r\n\r\nhello";
const std::string chunked =
    "POST /c HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: Chunked\r\n\r\n"
    "5\r\nhello\r\n6;name=\"v\" ; other\r\n world\r\n0\r\nTrailer-A: 1\r\nTrailer-B:\r\n\r\n";

TEST(RequestParser, ReadsTheParts) {
  RequestParser parser({});
  EXPECT_EQ(parser.state(), State::idle);
  EXPECT_EQ(parser.feed(get), get.size());
  ASSERT_EQ(parser.state(), State::complete);
  const auto& request = parser.request();
  EXPECT_EQ(request.method, "GET");
  EXPECT_EQ(request.target, "/a%2Fb?x=1&y");
  EXPECT_EQ(request.path, "/a%2Fb");
  EXPECT_EQ(request.query, "x=1&y");
  EXPECT_EQ(request.host(), "h");
  ASSERT_EQ(request.headers.size(), 3U);
  EXPECT_EQ(request.headers[1], Header("X-Empty", ""));
  EXPECT_EQ(request.headers[2], Header("X-Padded", "v w"));
  EXPECT_TRUE(parser.keep_alive());
}

TEST(RequestParser, ReadsBodies) {
  RequestParser parser({});
  parser.feed(post);
  EXPECT_EQ(parser.request().body, "hello");
  parser.reset();
  parser.feed(chunked);
  ASSERT_EQ(parser.state(), State::complete);
  EXPECT_EQ(parser.request().body, "hello world");
  EXPECT_EQ(parser.request().find_header("trailer-a"), nullptr) << "trailers are dropped";
}

TEST(RequestParser, StopsAtTheEndOfTheRequest) {
  RequestParser parser({});
  EXPECT_EQ(parser.feed(post + get), post.size());
  ASSERT_EQ(parser.state(), State::complete);
  EXPECT_EQ(parser.feed(get), 0U);
  parser.reset();
  EXPECT_EQ(parser.feed(get), get.size());
  EXPECT_EQ(parser.request().headers.size(), 3U) << "nothing of the first request is left";
  EXPECT_EQ(parser.request().body, "");
}

TEST(RequestParser, HowTheBytesAreCutChangesNothing) {
  const std::string old = "\r\nGET http://User-Host:8080?q HTTP/1.0\r\nConnection: Keep-Alive, x\r\n\r\n";
  const std::string refused =
      "POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nab";
  const std::string lone_feed = "GET / HTTP/1.1\r\nHost: h\r\nA: b\nC: d\r\n\r\n";
  const std::string bad_chunk =
      "POST /c HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabcd\r\n0\r\n\r\n";
  std::size_t cuts = 0;
  for (const std::string& bytes : {get, post, chunked, old, refused, lone_feed, bad_chunk, post + get}) {
    const std::string expected = read_whole(bytes);
    for (std::size_t cut = 0; cut <= bytes.size(); ++cut, ++cuts) {
      ASSERT_EQ(read_in_two(bytes, cut), expected) << "cut at " << cut << " of " << bytes;
    }
    ASSERT_EQ(read_by_bytes(bytes), expected) << bytes;
  }
  EXPECT_GT(cuts, 600U);
  EXPECT_EQ(read_whole(refused), "failed 400");
  EXPECT_NE(read_whole(old).find("|GET|/?q|/|q|"), std::string::npos);
}

TEST(RequestParser, HowTheBytesAreCutChangesNothingAtTheLimits) {
  const std::string long_target = "GET /" + std::string(60, 'a') + " HTTP/1.1\r\nHost: h\r\n\r\n";
  const std::string long_field = "GET / HTTP/1.1\r\nHost: h\r\nX: " + std::string(60, 'a') + "\r\n\r\n";
  const std::string long_body =
      "POST / HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n9\r\n123456789\r\n0\r\n\r\n";
  const ParserLimits limits{62, 8};
  for (const auto& [bytes, expected] :
       {std::pair(long_target, "failed 414"), std::pair(long_field, "failed 431"),
        std::pair(long_body, "failed 413")}) {
    EXPECT_EQ(read_whole(bytes, limits), expected);
    for (std::size_t cut = 0; cut <= bytes.size(); ++cut)
      ASSERT_EQ(read_in_two(bytes, cut, limits), expected) << cut;
    EXPECT_EQ(read_by_bytes(bytes, limits), expected);
  }
}

struct Case {
  const char* name;
  std::string bytes;
  int status;
};

std::string with_line(const std::string& line) { return "GET / HTTP/1.1\r\nHost: h\r\n" + line + "\r\n\r\n"; }
std::string with_first_line(const std::string& line) { return line + "\r\nHost: h\r\n\r\n"; }
std::string with_chunks(const std::string& chunks) {
  return "POST / HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n" + chunks;
}

class Table : public testing::TestWithParam<Case> {};

TEST_P(Table, HasTheExpectedOutcome) {
  EXPECT_EQ(status_of(GetParam().bytes), GetParam().status) << GetParam().bytes;
  EXPECT_EQ(read_by_bytes(GetParam().bytes), read_whole(GetParam().bytes));
}

INSTANTIATE_TEST_SUITE_P(
    RequestLines, Table,
    testing::Values(Case{"good", with_first_line("GET / HTTP/1.1"), 0},
                    Case{"good_1_0", with_first_line("GET / HTTP/1.0"), 0},
                    Case{"higher_minor", with_first_line("GET / HTTP/1.2"), 0},
                    Case{"any_token_method", with_first_line("brew! / HTTP/1.1"), 0},
                    Case{"empty_line_before", "\r\n\r\n" + get, 0},
                    Case{"two_spaces", with_first_line("GET  / HTTP/1.1"), 400},
                    Case{"space_at_end", with_first_line("GET / HTTP/1.1 "), 400},
                    Case{"tab_between", with_first_line("GET\t/ HTTP/1.1"), 400},
                    Case{"space_in_target", with_first_line("GET /a b HTTP/1.1"), 400},
                    Case{"space_before", with_first_line(" GET / HTTP/1.1"), 400},
                    Case{"http_0_9", with_first_line("GET /"), 400},
                    Case{"only_method", with_first_line("GET"), 400},
                    Case{"lower_case_version", with_first_line("GET / http/1.1"), 400},
                    Case{"version_digits", with_first_line("GET / HTTP/1.10"), 400},
                    Case{"version_junk", with_first_line("GET / HTTP/1x1"), 400},
                    Case{"http_2", with_first_line("GET / HTTP/2.0"), 505},
                    Case{"http_2_preface", "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", 505},
                    Case{"http_0", with_first_line("GET / HTTP/0.9"), 505},
                    Case{"method_not_token", with_first_line("G(T / HTTP/1.1"), 400},
                    Case{"bare_feed", "GET / HTTP/1.1\nHost: h\r\n\r\n", 400},
                    Case{"carriage_return_inside", with_first_line("GET /\ra HTTP/1.1"), 400},
                    Case{"nul_in_target", with_first_line(std::string("GET /\0 HTTP/1.1", 16)), 400},
                    Case{"utf8_in_target", with_first_line("GET /\xc3\xa4 HTTP/1.1"), 400},
                    Case{"fragment", with_first_line("GET /a#b HTTP/1.1"), 400},
                    Case{"tls_hello", "\x16\x03\x01\x02", 400}, Case{"only_a_feed", "\n", 400},
                    Case{"star", with_first_line("OPTIONS * HTTP/1.1"), 400},
                    Case{"authority", with_first_line("GET h:443 HTTP/1.1"), 400},
                    Case{"connect", with_first_line("CONNECT h:443 HTTP/1.1"), 501},
                    Case{"relative", with_first_line("GET a/b HTTP/1.1"), 400},
                    Case{"absolute", with_first_line("GET HTTPS://h/a HTTP/1.1"), 0},
                    Case{"absolute_other_scheme", with_first_line("GET ftp://h/a HTTP/1.1"), 400},
                    Case{"absolute_no_host", with_first_line("GET http:///a HTTP/1.1"), 400},
                    Case{"absolute_only_port", with_first_line("GET http://:80/a HTTP/1.1"), 400},
                    Case{"absolute_user", with_first_line("GET http://u@h/a HTTP/1.1"), 400},
                    Case{"absolute_bad_port", with_first_line("GET http://h:x/a HTTP/1.1"), 400}),
    [](const auto& row) { return row.param.name; });

INSTANTIATE_TEST_SUITE_P(
    Fields, Table,
    testing::Values(
        Case{"good", with_line("A: b"), 0}, Case{"no_host", "GET / HTTP/1.1\r\nA: b\r\n\r\n", 400},
        Case{"no_host_in_1_0", "GET / HTTP/1.0\r\nA: b\r\n\r\n", 0},
        Case{"two_hosts", with_line("Host: h"), 400},
        Case{"two_hosts_in_1_0", "GET / HTTP/1.0\r\nHost: a\r\nhost: a\r\n\r\n", 400},
        Case{"no_host_absolute", "GET http://h/ HTTP/1.1\r\nA: b\r\n\r\n", 400},
        Case{"host_with_space", "GET / HTTP/1.1\r\nHost: a b\r\n\r\n", 400},
        Case{"host_with_slash", "GET / HTTP/1.1\r\nHost: a/b\r\n\r\n", 400},
        Case{"host_with_user", "GET / HTTP/1.1\r\nHost: u@h\r\n\r\n", 400},
        Case{"host_with_list", "GET / HTTP/1.1\r\nHost: a:1,b:2\r\n\r\n", 400},
        Case{"host_v6", "GET / HTTP/1.1\r\nHost: [::1]:8443\r\n\r\n", 0},
        Case{"host_v6_open", "GET / HTTP/1.1\r\nHost: [::1\r\n\r\n", 400},
        Case{"host_port_not_digits", "GET / HTTP/1.1\r\nHost: h:+1\r\n\r\n", 400},
        Case{"fold", with_line("A: b\r\n c"), 400}, Case{"fold_with_tab", with_line("A: b\r\n\tc"), 400},
        Case{"fold_first", "GET / HTTP/1.1\r\n Host: h\r\n\r\n", 400},
        Case{"space_before_colon", with_line("A : b"), 400},
        Case{"tab_before_colon", with_line("A\t: b"), 400}, Case{"no_name", with_line(": b"), 400},
        Case{"no_colon", with_line("A b"), 400}, Case{"name_not_token", with_line("A(: b"), 400},
        Case{"name_not_ascii", with_line("\xc3\xa4: b"), 400},
        Case{"nul_in_value", with_line(std::string("A: b\0c", 6)), 400},
        Case{"nul_in_name", with_line(std::string("A\0: c", 5)), 400},
        Case{"bell_in_value", with_line("A: b\ac"), 400}, Case{"delete_in_value", with_line("A: b\x7f"), 400},
        Case{"carriage_return_in_value", with_line("A: b\rc"), 400},
        Case{"obs_text_in_value", with_line("A: \xc3\xa4"), 0}, Case{"tab_in_value", with_line("A: b\tc"), 0},
        Case{"bare_feed", with_line("A: b\nC: d"), 400},
        Case{"bare_feed_at_end", "GET / HTTP/1.1\r\nHost: h\r\n\n", 400},
        Case{"too_many", with_line([] {
               std::string lines = "A:";
               for (int i = 0; i < 255; ++i) lines += "\r\nA:";
               return lines;
             }()),
             431},
        Case{"too_large", with_line("A: " + std::string(17'000, 'a')), 431},
        Case{"too_large_without_end", "GET / HTTP/1.1\r\nHost: h\r\nA: " + std::string(17'000, 'a'), 431},
        Case{"target_too_long", with_first_line("GET /" + std::string(17'000, 'a') + " HTTP/1.1"), 414},
        Case{"target_too_long_without_end", "GET /" + std::string(17'000, 'a'), 414},
        Case{"long_target_within", with_first_line("GET /" + std::string(16'000, 'a') + " HTTP/1.1"), 0},
        Case{"other_expectation", with_line("Expect: 200-ok"), 417},
        Case{"other_expectation_in_1_0", "GET / HTTP/1.0\r\nExpect: 200-ok\r\n\r\n", 0},
        Case{"expect_continue", with_line("Expect: 100-Continue"), 0}),
    [](const auto& row) { return row.param.name; });

INSTANTIATE_TEST_SUITE_P(
    Framing, Table,
    testing::Values(
        Case{"length", with_line("Content-Length: 0"), 0},
        Case{"equal_lengths", with_line("Content-Length: 0\r\nContent-Length: 0"), 0},
        Case{"differing_lengths", with_line("Content-Length: 0\r\nContent-Length: 1"), 400},
        Case{"length_list", with_line("Content-Length: 0, 0"), 400},
        Case{"length_sign", with_line("Content-Length: +0"), 400},
        Case{"length_negative", with_line("Content-Length: -1"), 400},
        Case{"length_hex", with_line("Content-Length: 0x0"), 400},
        Case{"length_empty", with_line("Content-Length:"), 400},
        Case{"length_inner_space", with_line("Content-Length: 1 0"), 400},
        Case{"length_too_large", with_line("Content-Length: 1048577"), 413},
        Case{"length_overflow", with_line("Content-Length: 18446744073709551616"), 413},
        Case{"length_huge", with_line("Content-Length: " + std::string(60, '9')), 413},
        Case{"both", with_line("Content-Length: 0\r\nTransfer-Encoding: chunked"), 400},
        Case{"both_reversed", with_line("Transfer-Encoding: chunked\r\nContent-Length: 0"), 400},
        Case{"chunked_in_1_0", "POST / HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n", 400},
        Case{"gzip", with_line("Transfer-Encoding: gzip"), 400},
        Case{"gzip_chunked", with_line("Transfer-Encoding: gzip, chunked"), 501},
        Case{"chunked_gzip", with_line("Transfer-Encoding: chunked, gzip"), 400},
        Case{"chunked_twice", with_line("Transfer-Encoding: chunked, chunked"), 400},
        Case{"chunked_in_two_headers", with_line("Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked"),
             400},
        Case{"identity", with_line("Transfer-Encoding: identity"), 400},
        Case{"no_coding", with_line("Transfer-Encoding:"), 400},
        Case{"coding_with_parameter", with_line("Transfer-Encoding: chunked;q=1"), 400},
        Case{"coding_with_control",
             with_line("Transfer-Encoding: \x0b"
                       "chunked"),
             400},
        Case{"chunks", with_chunks("1\r\na\r\n0\r\n\r\n"), 0}, Case{"no_chunks", with_chunks("0\r\n\r\n"), 0},
        Case{"leading_zeros", with_chunks("0001\r\na\r\n000\r\n\r\n"), 0},
        Case{"space_before_extension", with_chunks("1 ;a\r\na\r\n0\r\n\r\n"), 0},
        Case{"no_size", with_chunks("\r\na\r\n0\r\n\r\n"), 400},
        Case{"size_sign", with_chunks("+1\r\na\r\n0\r\n\r\n"), 400},
        Case{"size_prefix", with_chunks("0x1\r\na\r\n0\r\n\r\n"), 400},
        Case{"size_space", with_chunks(" 1\r\na\r\n0\r\n\r\n"), 400},
        Case{"size_junk", with_chunks("1g\r\na\r\n0\r\n\r\n"), 400},
        Case{"size_digits", with_chunks("00000000000000001\r\na\r\n0\r\n\r\n"), 400},
        Case{"size_bare_feed", with_chunks("1\na\r\n0\r\n\r\n"), 400},
        Case{"data_bare_feed", with_chunks("1\r\na\n0\r\n\r\n"), 400},
        Case{"data_too_long", with_chunks("1\r\nab\r\n0\r\n\r\n"), 400},
        Case{"extension_control", with_chunks("1;a=\x01\r\na\r\n0\r\n\r\n"), 400},
        Case{"extension_too_long", with_chunks("1;" + std::string(2'000, 'a') + "\r\na\r\n0\r\n\r\n"), 400},
        Case{"extensions_too_long", with_chunks([] {
               std::string chunks;
               for (int i = 0; i < 20; ++i) chunks += "1;" + std::string(1'000, 'a') + "\r\na\r\n";
               return chunks + "0\r\n\r\n";
             }()),
             400},
        Case{"chunk_too_large", with_chunks("100001\r\n"), 413},
        Case{"chunk_overflow", with_chunks("FFFFFFFFFFFFFFFF\r\n"), 413},
        Case{"second_chunk_too_large", with_chunks("1\r\na\r\n100000\r\n"), 413},
        Case{"trailer_malformed", with_chunks("0\r\nA b\r\n\r\n"), 400},
        Case{"trailer_fold", with_chunks("0\r\nA: b\r\n c\r\n\r\n"), 400},
        Case{"trailers_too_large", with_chunks("0\r\nA: " + std::string(17'000, 'a') + "\r\n\r\n"), 431},
        Case{"unfinished", with_chunks("1\r\na\r\n0\r\n"), -1}),
    [](const auto& row) { return row.param.name; });

TEST(RequestParser, AbsoluteTargetReplacesHost) {
  RequestParser parser({});
  parser.feed("GET http://[::1]:8080/a?b=/c HTTP/1.1\r\nA: b\r\nhOST: other\r\n\r\n");
  ASSERT_EQ(parser.state(), State::complete);
  EXPECT_EQ(parser.request().target, "/a?b=/c");
  EXPECT_EQ(*parser.request().find_header("Host"), "[::1]:8080");
  EXPECT_EQ(parser.request().host(), "[::1]");
  parser.reset();
  parser.feed("GET http://h HTTP/1.0\r\n\r\n");
  ASSERT_EQ(parser.state(), State::complete);
  EXPECT_EQ(parser.request().target, "/");
  EXPECT_EQ(parser.request().host(), "h");
}

TEST(RequestParser, KeepAliveFollowsVersionAndConnection) {
  const auto keeps = [](const std::string& version, const std::string& connection) {
    RequestParser parser({});
    parser.feed("GET / HTTP/" + version + "\r\nHost: h\r\n" + connection + "\r\n");
    EXPECT_EQ(parser.state(), State::complete);
    return parser.keep_alive();
  };
  EXPECT_TRUE(keeps("1.1", ""));
  EXPECT_FALSE(keeps("1.1", "Connection: x, CLOSE\r\n"));
  EXPECT_FALSE(keeps("1.1", "Connection: keep-alive\r\nConnection: close\r\n"));
  EXPECT_FALSE(keeps("1.0", ""));
  EXPECT_TRUE(keeps("1.0", "Connection: keep-alive\r\n"));
}

TEST(RequestParser, AsksForABodyThatIsHeldBack) {
  const std::string head = "POST / HTTP/1.1\r\nHost: h\r\nExpect: 100-continue\r\nContent-Length: 2\r\n\r\n";
  RequestParser parser({});
  parser.feed(head);
  EXPECT_TRUE(parser.wants_continue());
  parser.feed("a");
  EXPECT_FALSE(parser.wants_continue());
  parser.reset();
  parser.feed("POST / HTTP/1.0\r\nExpect: 100-continue\r\nContent-Length: 2\r\n\r\n");
  EXPECT_FALSE(parser.wants_continue()) << "RFC 9110 §10.1.1: not for HTTP/1.0";
}

TEST(RequestParser, ReadsConnectForTheProxyOnly) {
  const auto status = [](const std::string& line) {
    RequestParser parser({}, TargetForm::authority);
    parser.feed(line + "\r\nHost: h\r\n\r\n");
    return parser.state() == State::complete ? 0
           : parser.state() == State::failed ? parser.fault().status
                                             : -1;
  };
  EXPECT_EQ(status("CONNECT h:443 HTTP/1.1"), 0);
  EXPECT_EQ(status("CONNECT [::1]:443 HTTP/1.1"), 0);
  EXPECT_EQ(status("GET http://h/ HTTP/1.1"), 405);
  EXPECT_EQ(status("CONNECT h HTTP/1.1"), 400);
  EXPECT_EQ(status("CONNECT h:0 HTTP/1.1"), 400);
  EXPECT_EQ(status("CONNECT h:65536 HTTP/1.1"), 400);
  EXPECT_EQ(status("CONNECT :443 HTTP/1.1"), 400);
  EXPECT_EQ(status("CONNECT h:443\r\nContent-Length: 1 HTTP/1.1"), 400);
  EXPECT_EQ(status("CONNECT h:443 HTTP/1.1\r\nContent-Length: 1"), 400);
}

}  // namespace
}  // namespace openirsa::http
