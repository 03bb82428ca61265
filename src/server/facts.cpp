#include "server/facts.h"

namespace openirsa::server {

json::object server_facts(const Whereabouts& where, Authorities& authorities, bool verbatim) {
  json::object facts{{"version", OPENIRSA_VERSION},
                     {"account", where.account},
                     {"partition", where.names.partition},
                     {"region", where.names.region},
                     {"endpoint", where.names.public_endpoint},
                     {"proxy", where.proxy.empty() ? std::string{} : "http://" + where.proxy},
                     {"issuerHost", where.names.issuer_host},
                     {"authorityPem", authorities.product_pem()},
                     {"credentialsFile", where.credentials_file}};
  if (verbatim) {
    if (auto pem = authorities.verbatim_pem()) facts["verbatimAuthorityPem"] = *pem;
  }
  return facts;
}

}  // namespace openirsa::server
