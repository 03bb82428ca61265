// The handlers of IAM's operations, named as the operations are. Only the table in operations.cpp calls them.
#pragma once

#include "wire/operation.h"

namespace openirsa::iam {

using HandlerAnswer = Result<wire::Answer, wire::Error>;

// providers.cpp
HandlerAnswer create_open_id_connect_provider(wire::Call& call);
HandlerAnswer get_open_id_connect_provider(wire::Call& call);
HandlerAnswer list_open_id_connect_providers(wire::Call& call);
HandlerAnswer delete_open_id_connect_provider(wire::Call& call);
HandlerAnswer update_open_id_connect_provider_thumbprint(wire::Call& call);
HandlerAnswer add_client_id_to_open_id_connect_provider(wire::Call& call);
HandlerAnswer remove_client_id_from_open_id_connect_provider(wire::Call& call);
HandlerAnswer tag_open_id_connect_provider(wire::Call& call);
HandlerAnswer untag_open_id_connect_provider(wire::Call& call);
HandlerAnswer list_open_id_connect_provider_tags(wire::Call& call);

// roles.cpp
HandlerAnswer create_role(wire::Call& call);
HandlerAnswer get_role(wire::Call& call);
HandlerAnswer list_roles(wire::Call& call);
HandlerAnswer update_role(wire::Call& call);
HandlerAnswer update_role_description(wire::Call& call);
HandlerAnswer delete_role(wire::Call& call);
HandlerAnswer update_assume_role_policy(wire::Call& call);
HandlerAnswer list_instance_profiles_for_role(wire::Call& call);

// entity_tags.cpp
HandlerAnswer tag_role(wire::Call& call);
HandlerAnswer untag_role(wire::Call& call);
HandlerAnswer list_role_tags(wire::Call& call);
HandlerAnswer tag_user(wire::Call& call);
HandlerAnswer untag_user(wire::Call& call);
HandlerAnswer list_user_tags(wire::Call& call);

// inline_policies.cpp
HandlerAnswer put_role_policy(wire::Call& call);
HandlerAnswer get_role_policy(wire::Call& call);
HandlerAnswer list_role_policies(wire::Call& call);
HandlerAnswer delete_role_policy(wire::Call& call);
HandlerAnswer put_user_policy(wire::Call& call);
HandlerAnswer get_user_policy(wire::Call& call);
HandlerAnswer list_user_policies(wire::Call& call);
HandlerAnswer delete_user_policy(wire::Call& call);
HandlerAnswer put_group_policy(wire::Call& call);
HandlerAnswer get_group_policy(wire::Call& call);
HandlerAnswer list_group_policies(wire::Call& call);
HandlerAnswer delete_group_policy(wire::Call& call);

// managed_policies.cpp
HandlerAnswer create_policy(wire::Call& call);
HandlerAnswer get_policy(wire::Call& call);
HandlerAnswer list_policies(wire::Call& call);
HandlerAnswer delete_policy(wire::Call& call);
HandlerAnswer tag_policy(wire::Call& call);
HandlerAnswer untag_policy(wire::Call& call);
HandlerAnswer list_policy_tags(wire::Call& call);

// policy_versions.cpp
HandlerAnswer create_policy_version(wire::Call& call);
HandlerAnswer get_policy_version(wire::Call& call);
HandlerAnswer list_policy_versions(wire::Call& call);
HandlerAnswer set_default_policy_version(wire::Call& call);
HandlerAnswer delete_policy_version(wire::Call& call);

// attachments.cpp
HandlerAnswer attach_role_policy(wire::Call& call);
HandlerAnswer detach_role_policy(wire::Call& call);
HandlerAnswer list_attached_role_policies(wire::Call& call);
HandlerAnswer attach_user_policy(wire::Call& call);
HandlerAnswer detach_user_policy(wire::Call& call);
HandlerAnswer list_attached_user_policies(wire::Call& call);
HandlerAnswer attach_group_policy(wire::Call& call);
HandlerAnswer detach_group_policy(wire::Call& call);
HandlerAnswer list_attached_group_policies(wire::Call& call);

// policy_entities.cpp
HandlerAnswer list_entities_for_policy(wire::Call& call);

// users.cpp
HandlerAnswer create_user(wire::Call& call);
HandlerAnswer get_user(wire::Call& call);
HandlerAnswer list_users(wire::Call& call);
HandlerAnswer update_user(wire::Call& call);
HandlerAnswer delete_user(wire::Call& call);

// user_access_keys.cpp
HandlerAnswer create_access_key(wire::Call& call);
HandlerAnswer update_access_key(wire::Call& call);
HandlerAnswer delete_access_key(wire::Call& call);
HandlerAnswer list_access_keys(wire::Call& call);
HandlerAnswer get_access_key_last_used(wire::Call& call);

// groups.cpp
HandlerAnswer create_group(wire::Call& call);
HandlerAnswer get_group(wire::Call& call);
HandlerAnswer list_groups(wire::Call& call);
HandlerAnswer update_group(wire::Call& call);
HandlerAnswer delete_group(wire::Call& call);
HandlerAnswer add_user_to_group(wire::Call& call);
HandlerAnswer remove_user_from_group(wire::Call& call);
HandlerAnswer list_groups_for_user(wire::Call& call);

// boundaries.cpp
HandlerAnswer put_role_permissions_boundary(wire::Call& call);
HandlerAnswer put_user_permissions_boundary(wire::Call& call);
HandlerAnswer delete_role_permissions_boundary(wire::Call& call);
HandlerAnswer delete_user_permissions_boundary(wire::Call& call);

// account_aliases.cpp
HandlerAnswer create_account_alias(wire::Call& call);
HandlerAnswer delete_account_alias(wire::Call& call);
HandlerAnswer list_account_aliases(wire::Call& call);

// account_details.cpp
HandlerAnswer get_account_authorization_details(wire::Call& call);

// simulate.cpp
HandlerAnswer simulate_custom_policy(wire::Call& call);
HandlerAnswer simulate_principal_policy(wire::Call& call);
HandlerAnswer get_context_keys_for_custom_policy(wire::Call& call);
HandlerAnswer get_context_keys_for_principal_policy(wire::Call& call);

// summary.cpp
HandlerAnswer get_account_summary(wire::Call& call);

}  // namespace openirsa::iam
