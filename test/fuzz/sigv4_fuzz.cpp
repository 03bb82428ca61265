// Does a second, naive implementation of Signature Version 4 take exactly the same requests, with the same
// canonical form? Input: a line that says how the request is signed, the request line `METHOD target`,
// headers, an empty line, and the body. The first line: `-` leaves the request as it is; `h names` signs
// these headers by the naive implementation in an Authorization header, `q names` in the query, `o` lets our
// own signer do it; letters and digits before the blank spoil the outcome (see `spoil`).
#include <algorithm>

#include "base/text.h"
#include "fuzz.h"
#include "naive_sigv4.h"
#include "sigv4/sigv4.h"

namespace {

using namespace openirsa;
using fuzz::NaiveClaim;
using fuzz::NaiveRequest;
using fuzz::require;

constexpr std::int64_t now = 1795521600;  // 20261124T120000Z
const std::string secret = "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY";
const std::string scope = "20261124/us-west-2/sts/aws4_request";

NaiveRequest read_request(fuzz::Lines& lines) {
  NaiveRequest request;
  const std::string line(lines.next());
  const std::size_t blank = std::min(line.find(' '), line.size());
  request.method = line.substr(0, blank);
  const std::string target = line.substr(std::min(blank + 1, line.size()));
  const std::size_t question = std::min(target.find('?'), target.size());
  request.path = target.substr(0, question);
  request.query = target.substr(std::min(question + 1, target.size()));
  while (!lines.ended()) {
    const std::string header(lines.next());
    if (header.empty()) break;
    const std::size_t colon = std::min(header.find(':'), header.size());
    request.headers.emplace_back(header.substr(0, colon), header.substr(std::min(colon + 1, header.size())));
  }
  request.body = lines.rest();
  return request;
}

sigv4::RequestView view_of(const NaiveRequest& request) {
  sigv4::RequestView view{request.method, request.path, request.query, {}, request.body};
  for (const auto& [name, value] : request.headers) view.headers.emplace_back(name, value);
  return view;
}

void sign_header(NaiveRequest& request, const std::string& names) {
  request.headers.emplace_back("X-Amz-Date", "20261124T120000Z");
  NaiveClaim claim{.presigned = false,
                   .date = "20261124T120000Z",
                   .scope = scope,
                   .names = fuzz::naive_split(names, ';'),
                   .signature = {},
                   .signed_at = now,
                   .expires = {}};
  const auto text = fuzz::naive_string_to_sign(claim, fuzz::naive_canonical_request(request, claim));
  request.headers.emplace_back(
      "Authorization", "AWS4-HMAC-SHA256 Credential=AKIAEXAMPLE/" + scope + ", SignedHeaders=" + names +
                           ", Signature=" + fuzz::naive_signature(claim, secret, text));
}

void sign_query(NaiveRequest& request, const std::string& names) {
  NaiveClaim claim{.presigned = true,
                   .date = "20261124T120000Z",
                   .scope = scope,
                   .names = fuzz::naive_split(names, ';'),
                   .signature = {},
                   .signed_at = now,
                   .expires = {}};
  request.query += std::string(request.query.empty() ? "" : "&") +
                   "X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Credential=" +
                   fuzz::naive_uri_encode("AKIAEXAMPLE/" + scope, "-._~") + "&X-Amz-Date=20261124T120000Z" +
                   "&X-Amz-SignedHeaders=" + fuzz::naive_uri_encode(names, "-._~");
  const auto text = fuzz::naive_string_to_sign(claim, fuzz::naive_canonical_request(request, claim));
  request.query += "&X-Amz-Signature=" + fuzz::naive_signature(claim, secret, text);
}

// Changes the signed request: b body, d date, h a header that was not signed, c a digit of the signature, p
// the path, v another parameter.
void spoil(NaiveRequest& request, char way) {
  switch (way) {
    case 'b':
      request.body += 'x';
      break;
    case 'd':
      for (auto& [name, value] : request.headers) {
        if (name == "X-Amz-Date") value = "20261124T120500Z";
      }
      break;
    case 'x':
      request.headers.emplace_back("X-Amz-Extra", "1");
      break;
    case 'u':
      request.headers.emplace_back("x-amz-user-agent", "1");
      break;
    case 'c':
      if (!request.headers.empty() && !request.headers.back().second.empty())
        request.headers.back().second.back() ^= 1;
      break;
    case 'p':
      request.path += "/.";
      break;
    case 'v':
      request.query += "&v=1";
      break;
    default:
      break;
  }
}

void sign_own(NaiveRequest& request) {
  const sigv4::Credentials credentials{"AKIAEXAMPLE", Secret(secret), std::nullopt};
  for (auto& [name, value] :
       sigv4::sign(view_of(request), credentials, "us-west-2", "sts", time_of_seconds(now)))
    request.headers.emplace_back(name, value);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  fuzz::Lines lines(fuzz::text_of(data, size));
  const std::string how(lines.next());
  NaiveRequest request = read_request(lines);
  const std::string names = how.find(' ') == how.npos ? "host;x-amz-date" : how.substr(how.find(' ') + 1);
  if (how.starts_with('h')) sign_header(request, names);
  if (how.starts_with('q')) sign_query(request, names);
  if (how.starts_with('o')) sign_own(request);
  for (const char way : how.substr(0, how.find(' '))) spoil(request, way);

  const auto view = view_of(request);
  const auto claim = sigv4::parse_claim(view);
  const auto wanted = fuzz::naive_claim(request);
  require(bool(claim) == wanted.has_value(), "both readers find the same claims");
  if (!claim) {
    require(!claim.error().message.empty() && !sigv4::name_of(claim.error().code).empty(),
            "a refusal says why");
    return 0;
  }
  require(claim->presigned == wanted->presigned && claim->signed_headers == wanted->names &&
              seconds_of(claim->signed_at) == wanted->signed_at && claim->expires == wanted->expires,
          "both readers read the same claim");
  const std::string canonical = sigv4::canonical_request(view, *claim);
  require(canonical == fuzz::naive_canonical_request(request, *wanted), "one canonical request");
  require(sigv4::string_to_sign(*claim, canonical) == fuzz::naive_string_to_sign(*wanted, canonical),
          "one text to sign");
  const auto verified = sigv4::verify(view, *claim, Secret(secret), {}, time_of_seconds(now));
  require(bool(verified) == fuzz::naive_verifies(request, *wanted, secret, now),
          "both believe the same requests");
  require(!sigv4::verify(view, *claim, Secret(), {}, time_of_seconds(now)), "no secret verifies nothing");
  if (!verified) return 0;
  require(!sigv4::verify(view, *claim, Secret(secret + "x"), {}, time_of_seconds(now)),
          "another secret does not");
  NaiveRequest other = request;
  other.body += ' ';
  require(!sigv4::verify(view_of(other), *claim, Secret(secret), {}, time_of_seconds(now)),
          "the body is signed");
  return 0;
}
