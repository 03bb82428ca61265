// Everything that an account has for its permissions, in one list.
#include <algorithm>

#include "base/text.h"
#include "iam/entity.h"
#include "iam/input.h"
#include "iam/managed_view.h"
#include "iam/membership.h"
#include "iam/page.h"
#include "iam/tags.h"
#include "iam/views.h"
#include "record/policies.h"

namespace openirsa::iam {
namespace {

using record::Group;
using record::ManagedPolicy;
using record::Role;
using record::User;
using wire::Call;
using wire::Xml;

void write_inline(Xml& xml, std::string_view list, const record::Permissions& permissions) {
  xml.open(list);
  for (const auto& [name, policy] : permissions.inline_policies) {
    xml.open("member").text("PolicyName", name);
    xml.text("PolicyDocument", percent_encode(policy.text())).close("member");
  }
  xml.close(list);
}

void write_attached(Xml& xml, const record::Permissions& permissions) {
  xml.open("AttachedManagedPolicies");
  for (const std::string& arn : permissions.attached) {
    const auto name = std::string_view(arn).substr(arn.rfind('/') + 1);
    xml.open("member").text("PolicyName", name).text("PolicyArn", arn).close("member");
  }
  xml.close("AttachedManagedPolicies");
}

// The list goes kind by kind; the place of an entry in it is the kind's letter and its name in the form in
// which the kind is ordered: in lower case, but AWS's policies by their path and name as written.
class Details {
 public:
  Details(Call& call, Page& page) : call_(call), page_(page), trust_(call, *call.snapshot) {}

  std::string users() {
    return entities<User>("UserDetailList", 'a', [&](Xml& xml, const User& user) {
      write_inline(xml, "UserPolicyList", user.permissions);
      xml.open("GroupList");
      for (const Group* group : groups_of(user, *call_.snapshot)) xml.text("member", group->name);
      xml.close("GroupList");
      write_attached(xml, user.permissions);
      write_boundary(xml, user.boundary);
      write_tags(xml, user.tags);
    });
  }

  std::string groups() {
    return entities<Group>("GroupDetailList", 'b', [](Xml& xml, const Group& group) {
      write_inline(xml, "GroupPolicyList", group.permissions);
      write_attached(xml, group.permissions);
    });
  }

  std::string roles() {
    return entities<Role>("RoleDetailList", 'c', [&](Xml& xml, const Role& role) {
      xml.text("AssumeRolePolicyDocument", percent_encode(trust_.text(role.trust)));
      xml.open("InstanceProfileList").close("InstanceProfileList");
      write_inline(xml, "RolePolicyList", role.permissions);
      write_attached(xml, role.permissions);
      write_boundary(xml, role.boundary);
      write_tags(xml, role.tags);
      xml.open("RoleLastUsed").close("RoleLastUsed");
    });
  }

  std::string policies(bool local, bool aws) {
    Xml xml;
    xml.open("Policies");
    if (local && !page_.full()) local_policies(xml);
    if (aws && !page_.full()) aws_policies(xml);
    xml.close("Policies");
    return xml.take();
  }

 private:
  // Asks for room; nothing where the entry was on an earlier page.
  std::optional<bool> take(char kind, const std::string& name) {
    const std::string place = kind + name;
    if (place <= page_.after()) return std::nullopt;
    return page_.take(place);
  }

  template <class R, class Write>
  std::string entities(std::string_view list, char kind, Write write) {
    Xml xml;
    xml.open(list);
    Entity<R>::scan(*call_.snapshot, call_.account(), {}, [&](const R& entity) {
      const auto room = take(kind, to_lower(entity.name));
      if (!room) return true;
      if (!*room) return false;
      xml.open("member");
      write_head(xml, call_, Entity<R>::title, entity);
      write(xml, entity);
      xml.close("member");
      return true;
    });
    xml.close(list);
    return xml.take();
  }

  void local_policies(Xml& xml) {
    const auto prefix = record::kind_prefix(call_.account(), "-", ManagedPolicy::kind);
    record::scan<ManagedPolicy>(*call_.snapshot, prefix, {}, [&](const ManagedPolicy& policy) {
      const auto room = take('d', to_lower(policy.name));
      if (!room) return true;
      if (!*room) return false;
      xml.open("member");
      write_managed(xml, managed_view(call_, policy), true);
      write_versions(xml, policy);
      xml.close("member");
      return true;
    });
  }

  // AWS's own policies, as far as the account uses them.
  void aws_policies(Xml& xml) {
    const auto uses = use_of_aws_policies(call_);
    for (const AwsManagedPolicy& policy : managed_policies(call_.house).policies()) {
      const auto use = uses.find(managed_policies(call_.house).arn(policy));
      if (use == uses.end()) continue;
      const auto room = take('e', policy.place);
      if (!room) continue;
      if (!*room) return;
      xml.open("member");
      write_managed(xml, managed_view(call_, policy, use->second), true);
      xml.open("PolicyVersionList");
      write_version(xml, "member", version_of(policy), true, true);
      xml.close("PolicyVersionList").close("member");
    }
  }

  static void write_versions(Xml& xml, const ManagedPolicy& policy) {
    xml.open("PolicyVersionList");
    for (auto version = policy.versions.rbegin(); version != policy.versions.rend(); ++version) {
      write_version(xml, "member", *version, version->id == policy.default_version, true);
    }
    xml.close("PolicyVersionList");
  }

  Call& call_;
  Page& page_;
  TrustView trust_;
};

}  // namespace

HandlerAnswer get_account_authorization_details(Call& call) {
  Input input(call);
  const auto filter =
      input.choices("Filter", {"User", "Role", "Group", "LocalManagedPolicy", "AWSManagedPolicy"});
  Page page(call, input);
  if (auto fault = input.fault()) return *std::move(fault);
  if (auto refused = page.refusal()) return *std::move(refused);
  const auto wanted = [&](std::string_view kind) {
    return filter.empty() || std::ranges::find(filter, kind) != filter.end();
  };
  Details details(call, page);
  const auto open = [&](std::string_view kind) { return wanted(kind) && !page.full(); };
  std::string xml = open("User") ? details.users() : "<UserDetailList></UserDetailList>";
  xml += open("Group") ? details.groups() : "<GroupDetailList></GroupDetailList>";
  xml += open("Role") ? details.roles() : "<RoleDetailList></RoleDetailList>";
  xml += details.policies(wanted("LocalManagedPolicy"), wanted("AWSManagedPolicy"));
  Xml end;
  page.write_end(end);
  return wire::xml_answer(xml + end.take());
}

}  // namespace openirsa::iam
