// Who is the client behind proxies? A second reading walks the hops from the nearest outwards. Input: a line
// of trusted entries between commas, a line with the connection's address, then header lines `for …` and
// `proto …`.
#include <algorithm>
#include <vector>

#include "base/text.h"
#include "fuzz.h"
#include "http/forwarded.h"

namespace {

using namespace openirsa;
using fuzz::require;

std::vector<std::string> elements(const std::vector<std::string>& values) {
  std::vector<std::string> all;
  for (const std::string& value : values) {
    for (const std::string_view part : split(value, ',')) {
      if (!trim(part).empty()) all.emplace_back(trim(part));
    }
  }
  return all;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  fuzz::Lines lines(fuzz::text_of(data, size));
  std::vector<std::string> entries;
  for (const std::string_view entry : split(lines.next(), ',')) entries.emplace_back(entry);
  const std::string connection(lines.next());
  const auto trusted = http::TrustedProxies::parse(entries);
  if (!trusted) {
    require(std::ranges::any_of(
                entries,
                [](const std::string& entry) { return entry != "unix" && !http::IpNetwork::parse(entry); }),
            "only what is no address is refused");
    return 0;
  }
  const auto trusts = [&](const std::string& address) {
    if (address.empty()) return std::ranges::count(entries, "unix") != 0;
    const auto parsed = http::IpAddress::parse(address);
    return parsed && std::ranges::any_of(entries, [&](const std::string& entry) {
             return entry != "unix" && http::IpNetwork::parse(entry)->contains(*parsed);
           });
  };
  require(trusted->trusts(connection) == trusts(connection), "who is trusted stands in the list");
  if (!trusts(connection)) return 0;

  http::Request request;
  std::vector<std::string> hops;
  std::vector<std::string> schemes;
  while (!lines.ended()) {
    const std::string_view line = lines.next();
    const bool hop = line.starts_with("for ");
    if (!hop && !line.starts_with("proto ")) continue;
    (hop ? hops : schemes).emplace_back(line.substr(line.find(' ') + 1));
    request.headers.emplace_back(hop ? "X-Forwarded-For" : "x-forwarded-proto",
                                 line.substr(line.find(' ') + 1));
  }
  std::string client = connection;
  auto way = elements(hops);
  while (!way.empty() && trusts(client)) {
    const auto next = http::IpAddress::parse(way.back());
    if (!next) break;
    client = next->text();
    way.pop_back();
  }
  const auto spoken = elements(schemes);
  const http::Peer before{.address = connection, .tls = size % 2 == 0, .admin = false};
  const http::Peer peer = trusted->resolve(request, before);
  require(peer.address == client, "the first address that no trusted hop reports");
  require(peer.tls == (spoken.empty() ? before.tls : to_lower(spoken.back()) == "https"),
          "the nearest hop's scheme");
  require(!peer.admin, "no header makes an administrator");
  return 0;
}
