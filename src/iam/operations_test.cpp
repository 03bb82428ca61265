// Does every row of the table keep to the service model? Walks the table; requests and answers are compared
// with AWS's own model where it is at hand.
#include <cstdlib>
#include <fstream>
#include <set>
#include <sstream>

#include "base/json.h"
#include "iam/samples.h"

namespace openirsa::iam {
namespace {

using test::Element;
using test::Params;
using test::Prepared;

TEST(Operations, EachHasASampleThatSucceeds) {
  const auto samples = Prepared().samples();
  EXPECT_EQ(samples.size(), service.operations.size());
  for (const wire::Operation& row : service.operations) {
    const auto sample = samples.find(std::string(row.name));
    ASSERT_NE(sample, samples.end()) << row.name;
    Prepared fresh;
    const auto reply = fresh.world.call(row.name, fresh.samples()[sample->first]);
    EXPECT_TRUE(reply.ok()) << row.name << ": " << reply.body;
    EXPECT_EQ(row.action, "iam:" + std::string(row.name));
    EXPECT_EQ(row.who, wire::Who::signed_by_account);
  }
}

// What a caller can make as long as it likes would hold an I/O thread for as long.
TEST(Operations, ThatSimulateRunOnTheWorkerPool) {
  std::size_t found = 0;
  for (const wire::Operation& row : service.operations) {
    if (!row.name.starts_with("Simulate") && !row.name.starts_with("GetContextKeys")) continue;
    ++found;
    EXPECT_EQ(row.access, wire::Access::write) << row.name;
  }
  EXPECT_EQ(found, 4U);
}

TEST(Operations, EachRefusesACallerWithoutPermission) {
  Prepared prepared;
  const auto nobody = prepared.world.add_caller("nobody");
  const auto revision = prepared.world.mirror->snapshot()->revision();
  for (const auto& [name, params] : prepared.samples()) {
    const auto reply = prepared.world.call(name, params, nobody);
    EXPECT_EQ(reply.status, 403) << name;
    EXPECT_EQ(reply.code(), "AccessDenied") << name;
    const std::string expected = "User: " + prepared.world.arn("user/nobody") +
                                 " is not authorized to perform: iam:" + name + " on resource: ";
    EXPECT_TRUE(reply.message().starts_with(expected)) << reply.message();
  }
  EXPECT_EQ(prepared.world.mirror->snapshot()->revision(), revision);
}

// What a policy must name to allow exactly this operation on exactly this entity.
TEST(Operations, EachIsAllowedByItsOwnActionAndResourceAlone) {
  for (const wire::Operation& row : service.operations) {
    Prepared prepared;
    const Params params = prepared.samples()[std::string(row.name)];
    const auto denied = prepared.world.call(row.name, params, prepared.world.add_caller("nobody"));
    const std::string message = denied.message();
    const std::size_t begin = message.find("on resource: ") + 13;
    const std::string resource = message.substr(begin, message.find(" because") - begin);
    // A new name needs the permission too.
    const std::string target = row.name == "UpdateUser"    ? prepared.world.arn("user/y/w")
                               : row.name == "UpdateGroup" ? prepared.world.arn("group/y/h")
                                                           : resource;
    const auto allowed = prepared.world.add_caller(
        "somebody", R"({"Version":"2012-10-17","Statement":{"Effect":"Allow","Action":")" +
                        std::string(row.action) + R"(","Resource":[")" + resource + R"(",")" + target +
                        R"("]}})");
    const auto reply = prepared.world.call(row.name, params, allowed);
    EXPECT_TRUE(reply.ok()) << row.name << " on " << resource << ": " << reply.body;
  }
}

class Model : public testing::Test {
 protected:
  void SetUp() override {
    const char* set = std::getenv("OPENIRSA_VECTORS");
    const std::string vectors = set != nullptr ? set : OPENIRSA_SOURCE_DIR "/../shared/vectors";
    std::ifstream file(vectors + "/aws-models/iam/2010-05-08/service-2.json");
    if (!file) GTEST_SKIP() << "aws-models/iam is not in " << vectors;
    std::ostringstream text;
    text << file.rdbuf();
    auto parsed = parse_json_object(text.str());
    ASSERT_TRUE(parsed) << parsed.error().message;
    model = *std::move(parsed);
  }
  const json::object& operation(std::string_view name) const {
    return model.at("operations").as_object().at(name).as_object();
  }
  const json::object& shape(std::string_view name) const {
    return model.at("shapes").as_object().at(name).as_object();
  }
  static std::string text(const json::object& object, std::string_view name) {
    return std::string(find_string(object, name).value_or(""));
  }
  // The members of an operation's input with their shapes, in order.
  std::vector<std::pair<std::string, const json::object*>> inputs(std::string_view name) const {
    std::vector<std::pair<std::string, const json::object*>> members;
    const json::object* input = find_object(operation(name), "input");
    if (input == nullptr) return members;
    for (const auto& member : shape(text(*input, "shape")).at("members").as_object()) {
      members.emplace_back(std::string(member.key()), &shape(text(member.value().as_object(), "shape")));
    }
    return members;
  }
  std::set<std::string> required(std::string_view name) const {
    std::set<std::string> names;
    const json::object* input = find_object(operation(name), "input");
    const json::array* list =
        input == nullptr ? nullptr : find_array(shape(text(*input, "shape")), "required");
    if (list != nullptr) {
      for (const auto& each : *list) names.emplace(each.as_string());
    }
    return names;
  }
  void check_answer(const Element& element, const json::object& shape_of_it, const std::string& place);

  json::object model;
};

bool is_of(const std::string& parameter, const std::string& name) {
  return parameter == name || parameter.starts_with(name + ".");
}

Params without(const Params& params, const std::string& name) {
  Params rest;
  for (const auto& param : params) {
    if (!is_of(param.first, name)) rest.push_back(param);
  }
  return rest;
}

std::string field(const std::string& name) { return to_lower(name.substr(0, 1)) + name.substr(1); }

TEST_F(Model, TakesItsParametersAndRequiresWhatItRequires) {
  std::size_t checked = 0;
  for (const auto& [name, params] : Prepared().samples()) {
    SCOPED_TRACE(name);
    std::set<std::string> known;
    for (const auto& [member, member_shape] : inputs(name)) known.insert(member);
    for (const auto& [parameter, value] : params) {
      EXPECT_TRUE(known.contains(parameter.substr(0, parameter.find('.')))) << parameter;
    }
    const auto needed = required(name);
    for (const std::string& member : known) {
      if (member == "Marker") continue;  // paging has its own tests
      Prepared prepared;
      Params sample = prepared.samples()[name];
      // A policy of the resource asks who calls and about what.
      if (member == "CallerArn" || member == "ResourceArns") sample = without(sample, "ResourcePolicy");
      EXPECT_NE(without(sample, member), sample) << "the sample lacks " << member;
      if (name == "CreateOpenIDConnectProvider" && member == "ThumbprintList")
        continue;  // then it is fetched
      const auto reply = prepared.world.call(name, without(sample, member));
      if (needed.contains(member)) {
        EXPECT_EQ(reply.status, 400) << member;
        EXPECT_EQ(reply.message(), "1 validation error detected: Value at '" + field(member) +
                                       "' failed to satisfy constraint: Member must not be null");
      } else {
        EXPECT_TRUE(reply.ok()) << member << ": " << reply.body;
      }
      ++checked;
    }
  }
  EXPECT_EQ(checked, 204U);
}

TEST_F(Model, BoundsItsParameters) {
  Prepared prepared;
  std::size_t checked = 0;
  const auto refused = [&](const std::string& name, const std::string& member, const std::string& value,
                           const std::string& constraint) {
    Params params = without(prepared.samples()[name], member);
    params.emplace_back(member, value);
    const auto reply = prepared.world.call(name, params);
    EXPECT_EQ(reply.code(), "ValidationError") << name << " " << member << ": " << reply.body;
    EXPECT_NE(reply.message().find("at '" + field(member) + "' failed to satisfy constraint: " + constraint),
              std::string::npos)
        << name << ": " << reply.message();
    ++checked;
  };
  for (const auto& [name, params] : prepared.samples()) {
    for (const auto& [member, member_shape] : inputs(name)) {
      const std::string type = text(*member_shape, "type");
      const auto max = find_integer(*member_shape, "max");
      const auto min = find_integer(*member_shape, "min");
      if (type == "string" && find_array(*member_shape, "enum") != nullptr) {
        refused(name, member, "Nonsense", "Member must satisfy enum value set: [");
      } else if (type == "string" && max) {
        // A list of tags may need markers that are longer than AWS's own.
        const bool longer = member == "Marker" && name.ends_with("Tags");
        const std::int64_t most = longer ? 1024 : *max;
        refused(name, member, std::string(static_cast<std::size_t>(most) + 1, 'a'),
                "Member must have length less than or equal to " + std::to_string(most));
      }
      if (type == "string" && min.value_or(0) >= 1) {
        refused(name, member, std::string(static_cast<std::size_t>(*min) - 1, 'a'),
                "Member must have length greater than or equal to " + std::to_string(*min));
      }
      if (type == "string" && find_string(*member_shape, "pattern")) {
        refused(name, member, "\x01", "Member must satisfy regular expression pattern: ");
      }
      if (type == "integer") {
        refused(name, member, std::to_string(*max + 1), "Member must have value less than or equal to ");
        refused(name, member, std::to_string(*min - 1), "Member must have value greater than or equal to ");
      }
    }
  }
  EXPECT_EQ(checked, 504U);
}

// Every element is a member of its shape, in the model's order; required members are there.
void Model::check_answer(const Element& element, const json::object& shape_of_it, const std::string& place) {
  SCOPED_TRACE(place);
  const std::string type = text(shape_of_it, "type");
  if (type == "structure") {
    const json::object& members = shape_of_it.at("members").as_object();
    std::vector<std::string> order;
    for (const auto& member : members) order.emplace_back(member.key());
    std::size_t last = 0;
    for (const Element& child : element.children) {
      const auto at = std::ranges::find(order, child.name);
      ASSERT_NE(at, order.end()) << child.name;
      const auto index = static_cast<std::size_t>(at - order.begin()) + 1;
      EXPECT_GT(index, last) << child.name << " stands in another order than in the model";
      last = index;
      const std::string of = text(members.at(child.name).as_object(), "shape");
      check_answer(child, shape(of), place + "/" + child.name);
    }
    if (const json::array* needed = find_array(shape_of_it, "required")) {
      for (const auto& name : *needed)
        EXPECT_NE(element.find(std::string_view(name.as_string())), nullptr) << name;
    }
  } else if (type == "list") {
    const std::string of = text(shape_of_it.at("member").as_object(), "shape");
    for (const Element& child : element.children) {
      EXPECT_EQ(child.name, "member");
      check_answer(child, shape(of), place + "/member");
    }
  } else if (type == "map") {
    for (const Element& child : element.children) {
      EXPECT_EQ(child.name, "entry");
      ASSERT_EQ(child.children.size(), 2U);
      const auto* names = find_array(shape(text(shape_of_it.at("key").as_object(), "shape")), "enum");
      if (names == nullptr) continue;
      EXPECT_NE(std::ranges::find(*names, json::value(child.children[0].text)), names->end())
          << child.children[0].text;
    }
  } else {
    EXPECT_TRUE(element.children.empty());
  }
}

TEST_F(Model, ShapesEveryAnswer) {
  for (const wire::Operation& row : service.operations) {
    SCOPED_TRACE(row.name);
    const std::string name(row.name);
    Prepared prepared;
    const auto reply = prepared.world.call(name, prepared.samples()[name]);
    EXPECT_EQ(reply.root.name, name + "Response");
    EXPECT_NE(reply.root.find("ResponseMetadata"), nullptr);
    const json::object* output = find_object(operation(name), "output");
    if (output == nullptr) {
      EXPECT_EQ(reply.root.children.size(), 1U) << reply.body;
      continue;
    }
    EXPECT_EQ(reply.result().name, text(*output, "resultWrapper"));
    check_answer(reply.result(), shape(text(*output, "shape")), name);
  }
}

}  // namespace
}  // namespace openirsa::iam
