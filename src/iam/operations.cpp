#include "iam/handlers.h"
#include "iam/resources.h"
#include "iam/service.h"

namespace openirsa::iam {
namespace {

using wire::Access;
using wire::Who;

constexpr wire::Operation read(std::string_view name, std::string_view action, wire::Resource resource,
                               wire::Handler handler, wire::Keys keys = nullptr) {
  return {name, {}, Who::signed_by_account, Access::read, action, resource, handler, keys};
}

constexpr wire::Operation write(std::string_view name, std::string_view action, wire::Resource resource,
                                wire::Handler handler, wire::Keys keys = nullptr) {
  return {name, {}, Who::signed_by_account, Access::write, action, resource, handler, keys};
}

constexpr wire::Operation operations[] = {
    write("AddClientIDToOpenIDConnectProvider", "iam:AddClientIDToOpenIDConnectProvider", resource::provider,
          add_client_id_to_open_id_connect_provider, keys::of_provider),
    write("CreateOpenIDConnectProvider", "iam:CreateOpenIDConnectProvider", resource::new_provider,
          create_open_id_connect_provider, keys::of_request),
    write("DeleteOpenIDConnectProvider", "iam:DeleteOpenIDConnectProvider", resource::provider,
          delete_open_id_connect_provider, keys::of_provider),
    read("GetOpenIDConnectProvider", "iam:GetOpenIDConnectProvider", resource::provider,
         get_open_id_connect_provider, keys::of_provider),
    read("ListOpenIDConnectProviderTags", "iam:ListOpenIDConnectProviderTags", resource::provider,
         list_open_id_connect_provider_tags, keys::of_provider),
    read("ListOpenIDConnectProviders", "iam:ListOpenIDConnectProviders", resource::providers,
         list_open_id_connect_providers),
    write("RemoveClientIDFromOpenIDConnectProvider", "iam:RemoveClientIDFromOpenIDConnectProvider",
          resource::provider, remove_client_id_from_open_id_connect_provider, keys::of_provider),
    write("TagOpenIDConnectProvider", "iam:TagOpenIDConnectProvider", resource::provider,
          tag_open_id_connect_provider, keys::of_provider),
    write("UntagOpenIDConnectProvider", "iam:UntagOpenIDConnectProvider", resource::provider,
          untag_open_id_connect_provider, keys::of_provider),
    write("UpdateOpenIDConnectProviderThumbprint", "iam:UpdateOpenIDConnectProviderThumbprint",
          resource::provider, update_open_id_connect_provider_thumbprint, keys::of_provider),
};
static_assert(wire::complete(operations),
              "every row states its caller and its action, and the table is sorted");

}  // namespace

const wire::Service service{.name = "iam",
                            .protocol = wire::Protocol::query,
                            .version = "2010-05-08",
                            .xml_namespace = "https://iam.amazonaws.com/doc/2010-05-08/",
                            .operations = operations};

}  // namespace openirsa::iam
