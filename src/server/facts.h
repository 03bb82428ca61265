// What a running server tells its own command line over the admin socket.
#pragma once

#include <string>

#include "base/json.h"
#include "server/authorities.h"
#include "wire/house.h"

namespace openirsa::server {

struct Whereabouts {
  std::string account;
  wire::Names names;
  std::string proxy;  // address of listen.proxy, empty when it is off
  std::string credentials_file;
};
// With `verbatim`, the verbatim authority is made on first use and included.
json::object server_facts(const Whereabouts& where, Authorities& authorities, bool verbatim);

}  // namespace openirsa::server
