#include "iam/managed.h"

#include <algorithm>
#include <stdexcept>
#include <vector>

#include "crypto/digest.h"
#include "policy/arn.h"

namespace openirsa::iam {
namespace {

struct Source {
  std::string_view path;
  std::string_view name;
  std::string_view description;
  std::string_view statements;
};

// In order of path and name, which is the order of their ARNs.
constexpr Source sources[] = {
    {"/", "AdministratorAccess", "Full access to all services and resources.",
     R"([{"Effect":"Allow","Action":"*","Resource":"*"}])"},
    {"/", "AmazonEC2ContainerRegistryReadOnly", "Pull images from and look into container registries.",
     R"([{"Effect":"Allow","Action":["ecr:BatchCheckLayerAvailability","ecr:BatchGetImage","ecr:DescribeImageScanFindings",
"ecr:DescribeImages","ecr:DescribeRepositories","ecr:GetAuthorizationToken","ecr:GetDownloadUrlForLayer",
"ecr:GetLifecyclePolicy","ecr:GetLifecyclePolicyPreview","ecr:GetRepositoryPolicy","ecr:ListImages",
"ecr:ListTagsForResource"],"Resource":"*"}])"},
    {"/", "AmazonEKSClusterPolicy", "What the control plane of a cluster does on behalf of its account.",
     R"([{"Sid":"Nodes","Effect":"Allow","Action":["autoscaling:DescribeAutoScalingGroups","autoscaling:UpdateAutoScalingGroup",
"ec2:AttachVolume","ec2:AuthorizeSecurityGroupIngress","ec2:CreateRoute","ec2:CreateSecurityGroup","ec2:CreateTags",
"ec2:CreateVolume","ec2:DeleteRoute","ec2:DeleteSecurityGroup","ec2:DeleteVolume","ec2:Describe*","ec2:DetachVolume",
"ec2:ModifyInstanceAttribute","ec2:ModifyVolume","ec2:RevokeSecurityGroupIngress"],"Resource":"*"},
{"Sid":"LoadBalancers","Effect":"Allow","Action":["elasticloadbalancing:AddTags",
"elasticloadbalancing:ApplySecurityGroupsToLoadBalancer","elasticloadbalancing:AttachLoadBalancerToSubnets",
"elasticloadbalancing:ConfigureHealthCheck","elasticloadbalancing:Create*","elasticloadbalancing:Delete*",
"elasticloadbalancing:Deregister*","elasticloadbalancing:Describe*","elasticloadbalancing:DetachLoadBalancerFromSubnets",
"elasticloadbalancing:Modify*","elasticloadbalancing:Register*","elasticloadbalancing:SetLoadBalancerPolicies*",
"kms:DescribeKey"],"Resource":"*"},
{"Sid":"LoadBalancingRole","Effect":"Allow","Action":"iam:CreateServiceLinkedRole","Resource":"*",
"Condition":{"StringEquals":{"iam:AWSServiceName":"elasticloadbalancing.amazonaws.com"}}}])"},
    {"/", "AmazonEKSServicePolicy", "What the service needs to make and run clusters.",
     R"([{"Effect":"Allow","Action":["ec2:CreateNetworkInterface","ec2:CreateNetworkInterfacePermission",
"ec2:DeleteNetworkInterface","ec2:DescribeInstances","ec2:DescribeNetworkInterfaces","ec2:DescribeSecurityGroups",
"ec2:DescribeSubnets","ec2:DescribeVpcs","ec2:DetachNetworkInterface","ec2:ModifyNetworkInterfaceAttribute",
"eks:UpdateClusterVersion","iam:ListAttachedRolePolicies"],"Resource":"*"}])"},
    {"/", "AmazonEKSWorkerNodePolicy", "Lets a node join its cluster.",
     R"([{"Effect":"Allow","Action":["ec2:DescribeInstances","ec2:DescribeInstanceTypes","ec2:DescribeRouteTables",
"ec2:DescribeSecurityGroups","ec2:DescribeSubnets","ec2:DescribeVolumes","ec2:DescribeVolumesModifications",
"ec2:DescribeVpcs","eks:DescribeCluster","eks-auth:AssumeRoleForPodIdentity"],"Resource":"*"}])"},
    {"/", "AmazonEKS_CNI_Policy", "Lets the VPC network plug-in manage the addresses of a node.",
     R"([{"Sid":"Addresses","Effect":"Allow","Action":["ec2:AssignPrivateIpAddresses","ec2:AttachNetworkInterface",
"ec2:CreateNetworkInterface","ec2:DeleteNetworkInterface","ec2:DescribeInstances","ec2:DescribeInstanceTypes",
"ec2:DescribeNetworkInterfaces","ec2:DescribeSubnets","ec2:DescribeTags","ec2:DetachNetworkInterface",
"ec2:ModifyNetworkInterfaceAttribute","ec2:UnassignPrivateIpAddresses"],"Resource":"*"},
{"Sid":"Tags","Effect":"Allow","Action":"ec2:CreateTags","Resource":"arn:aws:ec2:*:*:network-interface/*"}])"},
    {"/", "AmazonS3FullAccess", "Full access to all buckets.",
     R"([{"Effect":"Allow","Action":["s3:*","s3-object-lambda:*"],"Resource":"*"}])"},
    {"/", "AmazonS3ReadOnlyAccess", "Read-only access to all buckets.",
     R"([{"Effect":"Allow","Action":["s3:Describe*","s3:Get*","s3:List*","s3-object-lambda:Get*",
"s3-object-lambda:List*"],"Resource":"*"}])"},
    {"/", "IAMFullAccess", "Full access to IAM.", R"([{"Effect":"Allow","Action":["iam:*",
"organizations:DescribeAccount","organizations:DescribeOrganization","organizations:DescribeOrganizationalUnit",
"organizations:DescribePolicy","organizations:ListChildren","organizations:ListParents",
"organizations:ListPolicies","organizations:ListPoliciesForTarget","organizations:ListRoots",
"organizations:ListTargetsForPolicy"],"Resource":"*"}])"},
    {"/", "IAMReadOnlyAccess", "Read-only access to IAM.", R"([{"Effect":"Allow","Action":["iam:Generate*",
"iam:Get*","iam:List*","iam:Simulate*"],"Resource":"*"}])"},
    {"/", "PowerUserAccess", "Full access to everything but the management of identities.",
     R"([{"Effect":"Allow","NotAction":["account:*","iam:*","organizations:*"],"Resource":"*"},
{"Effect":"Allow","Action":["account:GetAccountInformation","account:GetPrimaryEmail","account:ListRegions",
"iam:CreateServiceLinkedRole","iam:DeleteServiceLinkedRole","iam:ListRoles",
"organizations:DescribeOrganization"],"Resource":"*"}])"},
    {"/", "ReadOnlyAccess", "Read-only access to services and resources.",
     R"([{"Effect":"Allow","Action":["autoscaling:Describe*","cloudformation:Describe*","cloudformation:Get*",
"cloudformation:List*","cloudwatch:Describe*","cloudwatch:Get*","cloudwatch:List*","ec2:Describe*","ec2:Get*",
"ecr:BatchCheck*","ecr:BatchGet*","ecr:Describe*","ecr:Get*","ecr:List*","eks:Describe*","eks:List*",
"elasticloadbalancing:Describe*","iam:Generate*","iam:Get*","iam:List*","iam:Simulate*","kms:Describe*","kms:Get*",
"kms:List*","logs:Describe*","logs:Get*","logs:List*","s3:DescribeJob","s3:Get*","s3:List*","sts:GetAccessKeyInfo",
"sts:GetCallerIdentity","sts:GetSessionToken","tag:Get*"],"Resource":"*"}])"},
    {"/", "SecurityAudit", "Reads the configuration that decides about security.",
     R"([{"Effect":"Allow","Action":["cloudformation:Describe*","cloudformation:GetStackPolicy","cloudformation:List*",
"ec2:Describe*","ecr:DescribeRepositories","ecr:GetRepositoryPolicy","eks:DescribeCluster","eks:DescribeNodeGroup",
"eks:ListClusters","eks:ListNodeGroups","elasticloadbalancing:Describe*","iam:GenerateCredentialReport",
"iam:GenerateServiceLastAccessedDetails","iam:Get*","iam:List*","iam:SimulateCustomPolicy",
"iam:SimulatePrincipalPolicy","kms:Describe*","kms:Get*","kms:List*","logs:Describe*","s3:GetAccountPublicAccessBlock",
"s3:GetBucket*","s3:GetEncryptionConfiguration","s3:GetLifecycleConfiguration","s3:ListAllMyBuckets",
"sts:GetAccessKeyInfo","sts:GetCallerIdentity"],"Resource":"*"}])"},
    {"/aws-service-role/", "AmazonEKSServiceRolePolicy",
     "What the service-linked role of the service may do.",
     R"([{"Effect":"Allow","Action":["ec2:CreateNetworkInterface","ec2:CreateNetworkInterfacePermission",
"ec2:CreateSecurityGroup","ec2:DeleteNetworkInterface","ec2:Describe*","ec2:DetachNetworkInterface",
"ec2:ModifyNetworkInterfaceAttribute","iam:ListAttachedRolePolicies"],"Resource":"*"}])"},
    {"/service-role/", "AmazonEBSCSIDriverPolicy",
     "Lets the EBS storage driver manage volumes and snapshots.",
     R"([{"Effect":"Allow","Action":["ec2:AttachVolume","ec2:CreateSnapshot","ec2:DescribeAvailabilityZones",
"ec2:DescribeInstances","ec2:DescribeSnapshots","ec2:DescribeTags","ec2:DescribeVolumes",
"ec2:DescribeVolumesModifications","ec2:DetachVolume","ec2:ModifyVolume"],"Resource":"*"},
{"Effect":"Allow","Action":"ec2:CreateTags","Resource":["arn:aws:ec2:*:*:snapshot/*","arn:aws:ec2:*:*:volume/*"],
"Condition":{"StringEquals":{"ec2:CreateAction":["CreateSnapshot","CreateVolume"]}}},
{"Effect":"Allow","Action":"ec2:CreateVolume","Resource":"*",
"Condition":{"StringLike":{"aws:RequestTag/ebs.csi.aws.com/cluster":"true"}}},
{"Effect":"Allow","Action":["ec2:DeleteSnapshot","ec2:DeleteVolume"],"Resource":"*",
"Condition":{"StringLike":{"ec2:ResourceTag/ebs.csi.aws.com/cluster":"true"}}}])"},
    {"/service-role/", "AmazonEFSCSIDriverPolicy", "Lets the EFS storage driver manage access points.",
     R"([{"Effect":"Allow","Action":["ec2:DescribeAvailabilityZones","elasticfilesystem:DescribeAccessPoints",
"elasticfilesystem:DescribeFileSystems","elasticfilesystem:DescribeMountTargets"],"Resource":"*"},
{"Effect":"Allow","Action":"elasticfilesystem:CreateAccessPoint","Resource":"*",
"Condition":{"StringLike":{"aws:RequestTag/efs.csi.aws.com/cluster":"true"}}},
{"Effect":"Allow","Action":["elasticfilesystem:DeleteAccessPoint","elasticfilesystem:TagResource"],"Resource":"*",
"Condition":{"StringLike":{"aws:ResourceTag/efs.csi.aws.com/cluster":"true"}}}])"},
};

policy::Policy compile(const Source& source) {
  const std::string text = R"({"Version":"2012-10-17","Statement":)" + std::string(source.statements) + "}";
  auto policy = policy::Policy::parse(text, policy::Kind::managed);
  if (!policy) throw std::logic_error(std::string(source.name) + ": " + policy.error().message);
  return *std::move(policy);
}

std::vector<AwsManagedPolicy> compile_all() {
  std::vector<AwsManagedPolicy> policies;
  for (const Source& source : sources) {
    policies.push_back({source.name, source.path, source.description, compile(source)});
  }
  return policies;
}

}  // namespace

std::string AwsManagedPolicy::arn(std::string_view partition) const {
  return "arn:" + std::string(partition) + ":iam::aws:policy" + std::string(path) + std::string(name);
}

std::string AwsManagedPolicy::id() const {
  constexpr std::string_view alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
  std::string id = "ANPA";
  const auto digest = crypto::sha256(name);
  for (std::size_t i = 0; i < 17; ++i) id += alphabet[digest[i] % alphabet.size()];
  return id;
}

std::span<const AwsManagedPolicy> aws_managed_policies() {
  static const std::vector<AwsManagedPolicy> policies = compile_all();
  return policies;
}

const AwsManagedPolicy* find_aws_managed(std::string_view arn) {
  const auto parsed = policy::parse_arn(arn);
  if (!parsed || parsed->service != "iam" || !parsed->region.empty() || parsed->account != "aws")
    return nullptr;
  constexpr std::string_view type = "policy";
  if (!parsed->resource.starts_with(type)) return nullptr;
  const auto rest = parsed->resource.substr(type.size());
  for (const AwsManagedPolicy& policy : aws_managed_policies()) {
    if (rest.starts_with(policy.path) && rest.substr(policy.path.size()) == policy.name) return &policy;
  }
  return nullptr;
}

}  // namespace openirsa::iam
