#include "record/cluster.h"

#include "record/form.h"

namespace openirsa::record {

std::string Cluster::arn(std::string_view partition) const {
  return "arn:" + std::string(partition) + ":eks:" + region + ":" + account + ":cluster/" + name;
}

Result<Cluster, RecordError> Cluster::parse(std::string_view key, std::string_view text, const Vault&) {
  const Document document(text);
  Reader in(document);
  Cluster cluster{.account = in.text("account"),
                  .region = in.text("region"),
                  .name = in.text("name"),
                  .version = in.text("version"),
                  .role_arn = in.text("role_arn"),
                  .issuer_id = in.text("issuer_id"),
                  .issuer_url = in.text("issuer_url"),
                  .client_request_token = in.text("client_request_token"),
                  .vpc_config = in.object("vpc_config"),
                  .settings = in.object("settings"),
                  .created = in.time("created"),
                  .tags = in.tags("tags")};
  return in.finish(cluster, key, cluster_key(cluster.account, cluster.region, cluster.name));
}

std::string Cluster::to_text(const Vault&, std::string_view) const {
  Writer out = Writer::record();
  out.text("account", account);
  out.text("region", region);
  out.text("name", name);
  out.text("version", version);
  out.text("role_arn", role_arn);
  out.text("issuer_id", issuer_id);
  out.text("issuer_url", issuer_url);
  out.text("client_request_token", client_request_token);
  out.value("vpc_config", vpc_config);
  out.value("settings", settings);
  out.time("created", created);
  out.tags("tags", tags);
  return out.finish_text(unknown);
}

}  // namespace openirsa::record
