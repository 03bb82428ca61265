#include "crypto/certificate.h"

#include <arpa/inet.h>
#include <openssl/pem.h>

#include <algorithm>
#include <optional>

#include "base/bytes.h"
#include "base/text.h"
#include "crypto/key_handle.h"
#include "crypto/random.h"

namespace openirsa::crypto {
namespace {

using Asn1Bits = std::unique_ptr<ASN1_BIT_STRING, Freer<ASN1_BIT_STRING_free>>;
using AuthorityId = std::unique_ptr<AUTHORITY_KEYID, Freer<AUTHORITY_KEYID_free>>;
using Constraints = std::unique_ptr<NAME_CONSTRAINTS, Freer<NAME_CONSTRAINTS_free>>;
using GeneralName = std::unique_ptr<GENERAL_NAME, Freer<GENERAL_NAME_free>>;
using GeneralNames = std::unique_ptr<GENERAL_NAMES, Freer<GENERAL_NAMES_free>>;
using Store = std::unique_ptr<X509_STORE, Freer<X509_STORE_free>>;
using StoreContext = std::unique_ptr<X509_STORE_CTX, Freer<X509_STORE_CTX_free>>;
using Subtree = std::unique_ptr<GENERAL_SUBTREE, Freer<GENERAL_SUBTREE_free>>;
using Usage = std::unique_ptr<EXTENDED_KEY_USAGE, Freer<EXTENDED_KEY_USAGE_free>>;

constexpr std::chrono::minutes slow_clock{5};

std::string bytes_of_address(const std::string& literal) {
  std::string bytes(16, '\0');
  if (inet_pton(AF_INET6, literal.c_str(), bytes.data()) == 1) return bytes;
  if (inet_pton(AF_INET, literal.c_str(), bytes.data()) == 1) return bytes.substr(0, 4);
  throw std::invalid_argument("`" + literal + "` is not a literal address");
}

std::string address_of_bytes(std::string_view bytes) {
  char text[INET6_ADDRSTRLEN] = {};
  if (bytes.size() != 4 && bytes.size() != 16) return to_hex(bytes);
  inet_ntop(bytes.size() == 4 ? AF_INET : AF_INET6, bytes.data(), text, sizeof text);
  return text;
}

GeneralName general_name(int kind, std::string_view bytes) {
  GeneralName name{GENERAL_NAME_new()};
  ASN1_STRING* value = kind == GEN_DNS ? ASN1_IA5STRING_new() : ASN1_OCTET_STRING_new();
  require(name != nullptr && value != nullptr &&
              ASN1_STRING_set(value, bytes_of(bytes), static_cast<int>(bytes.size())) == 1,
          "general name");
  GENERAL_NAME_set0_value(name.get(), kind, value);
  return name;
}

template <class Stack, class Owner>
void push(Stack* stack, Owner owner) {
  require(OPENSSL_sk_push(reinterpret_cast<OPENSSL_STACK*>(stack), owner.get()) > 0, "list");
  (void)owner.release();
}

void add_subtree(STACK_OF(GENERAL_SUBTREE) * *list, int kind, std::string_view bytes) {
  if (*list == nullptr) *list = sk_GENERAL_SUBTREE_new_null();
  Subtree subtree{GENERAL_SUBTREE_new()};
  require(*list != nullptr && subtree != nullptr, "name constraint");
  GENERAL_NAME_free(subtree->base);
  subtree->base = general_name(kind, bytes).release();
  push(*list, std::move(subtree));
}

// RFC 5280 §4.2.1.10: a kind of name without any constraint would be free, hence the exclusions.
Constraints constraints_for(const SubjectNames& names) {
  Constraints constraints{NAME_CONSTRAINTS_new()};
  require(constraints != nullptr, "name constraints");
  for (const auto& dns : names.dns) add_subtree(&constraints->permittedSubtrees, GEN_DNS, dns);
  if (names.dns.empty()) add_subtree(&constraints->excludedSubtrees, GEN_DNS, "");
  for (const auto& address : names.addresses) {
    const std::string bytes = bytes_of_address(address);
    add_subtree(&constraints->permittedSubtrees, GEN_IPADD, bytes + std::string(bytes.size(), '\xFF'));
  }
  if (names.addresses.empty()) {
    add_subtree(&constraints->excludedSubtrees, GEN_IPADD, std::string(8, '\0'));
    add_subtree(&constraints->excludedSubtrees, GEN_IPADD, std::string(32, '\0'));
  }
  return constraints;
}

GeneralNames alternative_names(const SubjectNames& names) {
  GeneralNames list{GENERAL_NAMES_new()};
  require(list != nullptr, "subject alternative names");
  for (const auto& dns : names.dns) push(list.get(), general_name(GEN_DNS, dns));
  for (const auto& address : names.addresses)
    push(list.get(), general_name(GEN_IPADD, bytes_of_address(address)));
  return list;
}

void add_extension(X509* certificate, int kind, void* value, bool critical) {
  require(X509_add1_ext_i2d(certificate, kind, value, critical ? 1 : 0, X509V3_ADD_DEFAULT) == 1,
          "extension");
}

void add_key_usage(X509* certificate, std::initializer_list<int> bits) {
  const Asn1Bits usage{ASN1_BIT_STRING_new()};
  require(usage != nullptr, "key usage");
  for (const int bit : bits) require(ASN1_BIT_STRING_set_bit(usage.get(), bit, 1) == 1, "key usage");
  add_extension(certificate, NID_key_usage, usage.get(), true);
}

void add_basic_constraints(X509* certificate, bool authority) {
  const std::unique_ptr<BASIC_CONSTRAINTS, Freer<BASIC_CONSTRAINTS_free>> basic{BASIC_CONSTRAINTS_new()};
  require(basic != nullptr, "basic constraints");
  basic->ca = authority ? 0xFF : 0;
  if (authority) {
    basic->pathlen = ASN1_INTEGER_new();
    require(basic->pathlen != nullptr && ASN1_INTEGER_set(basic->pathlen, 0) == 1, "path length");
  }
  add_extension(certificate, NID_basic_constraints, basic.get(), true);
}

using KeyId = std::unique_ptr<ASN1_OCTET_STRING, Freer<ASN1_OCTET_STRING_free>>;

// RFC 5280 §4.2.1.2, method 1.
KeyId key_id_of(const X509* certificate) {
  unsigned char digest[EVP_MAX_MD_SIZE];
  unsigned int size = 0;
  KeyId id{ASN1_OCTET_STRING_new()};
  require(id != nullptr && X509_pubkey_digest(certificate, EVP_sha1(), digest, &size) == 1 &&
              ASN1_OCTET_STRING_set(id.get(), digest, static_cast<int>(size)) == 1,
          "key id");
  return id;
}

void add_key_ids(X509* certificate, const X509* issuer) {
  add_extension(certificate, NID_subject_key_identifier, key_id_of(certificate).get(), false);
  const AuthorityId authority{AUTHORITY_KEYID_new()};
  require(authority != nullptr, "authority key id");
  authority->keyid = key_id_of(issuer).release();
  add_extension(certificate, NID_authority_key_identifier, authority.get(), false);
}

void set_time(ASN1_TIME* field, Time t) {
  require(ASN1_TIME_set(field, static_cast<time_t>(seconds_of(t))) != nullptr, "time");
}

void add_to_name(X509_NAME* name, const char* field, std::string_view value) {
  require(X509_NAME_add_entry_by_txt(name, field, MBSTRING_UTF8, bytes_of(value),
                                     static_cast<int>(value.size()), -1, 0) == 1,
          "subject");
}

X509Certificate begin_certificate(const PrivateKey& key, Time from, Time until) {
  X509Certificate certificate{X509_new()};
  require(certificate != nullptr && X509_set_version(certificate.get(), X509_VERSION_3) == 1, "certificate");
  std::string serial = random_bytes(16);
  serial[0] =
      static_cast<char>((serial[0] & 0x3F) | 0x40);  // RFC 5280 §4.1.2.2: positive; and always 16 bytes
  const BigNumber number{BN_bin2bn(bytes_of(serial), static_cast<int>(serial.size()), nullptr)};
  require(number != nullptr &&
              BN_to_ASN1_INTEGER(number.get(), X509_get_serialNumber(certificate.get())) != nullptr,
          "serial number");
  set_time(X509_getm_notBefore(certificate.get()), from);
  set_time(X509_getm_notAfter(certificate.get()), until);
  require(X509_set_pubkey(certificate.get(), key.public_key().handle().key.get()) == 1, "subject key");
  return certificate;
}

void sign_certificate(X509* certificate, const PrivateKey& key) {
  require(X509_sign(certificate, key.public_key().handle().key.get(), EVP_sha256()) > 0,
          "certificate signature");
}

std::string pem_of(X509* certificate) {
  const Bio bio = writing();
  require(PEM_write_bio_X509(bio.get(), certificate) == 1, "certificate to PEM");
  return written(bio);
}

// Nothing when a certificate is broken; otherwise every certificate of the text.
std::optional<std::vector<X509Certificate>> read_certificates(std::string_view pem) {
  std::vector<X509Certificate> certificates;
  const Bio bio = reading(pem);
  while (X509* next = PEM_read_bio_X509(bio.get(), nullptr, nullptr, nullptr))
    certificates.emplace_back(next);
  const bool at_end = ERR_GET_REASON(ERR_peek_last_error()) == PEM_R_NO_START_LINE;
  ERR_clear_error();
  if (!at_end) return std::nullopt;
  return certificates;
}

// Nothing when the field is no time: certificates are read without a look at it.
std::optional<Time> time_of(const ASN1_TIME* field) {
  std::tm parts{};
  if (!succeeded(ASN1_TIME_to_tm(field, &parts))) return std::nullopt;
  return time_of_seconds(timegm(&parts));
}

std::optional<std::string> text_of(const X509_NAME* name) {
  const Bio bio = writing();
  const int size = X509_NAME_print_ex(bio.get(), name, 0, XN_FLAG_RFC2253 & ~ASN1_STRFLGS_ESC_MSB);
  ERR_clear_error();
  if (size < 0) return std::nullopt;
  return written(bio);
}

SubjectNames names_of(const X509* certificate) {
  SubjectNames names;
  const GeneralNames list{
      static_cast<GENERAL_NAMES*>(X509_get_ext_d2i(certificate, NID_subject_alt_name, nullptr, nullptr))};
  ERR_clear_error();
  for (int i = 0; i < sk_GENERAL_NAME_num(list.get()); ++i) {
    int kind = 0;
    const auto* value =
        static_cast<ASN1_STRING*>(GENERAL_NAME_get0_value(sk_GENERAL_NAME_value(list.get(), i), &kind));
    if (kind != GEN_DNS && kind != GEN_IPADD) continue;
    const std::string bytes{reinterpret_cast<const char*>(ASN1_STRING_get0_data(value)),
                            static_cast<std::size_t>(ASN1_STRING_length(value))};
    if (kind == GEN_DNS) names.dns.push_back(bytes);
    if (kind == GEN_IPADD) names.addresses.push_back(address_of_bytes(bytes));
  }
  return names;
}

bool expect_host(X509_VERIFY_PARAM* parameters, std::string_view host) {
  if (host.empty()) return false;  // OpenSSL takes an empty name for "any"
  const std::string name{host};
  if (name.find('\0') != std::string::npos) return false;
  if (X509_VERIFY_PARAM_set1_ip_asc(parameters, name.c_str()) == 1) return true;
  ERR_clear_error();
  X509_VERIFY_PARAM_set_hostflags(parameters,
                                  X509_CHECK_FLAG_NO_PARTIAL_WILDCARDS | X509_CHECK_FLAG_NEVER_CHECK_SUBJECT);
  return succeeded(X509_VERIFY_PARAM_set1_host(parameters, name.data(), name.size()));
}

}  // namespace

Authority make_authority(std::string_view common_name, const SubjectNames& names, Time now,
                         std::chrono::days lifetime) {
  PrivateKey key = PrivateKey::generate(KeyType::p256);
  const X509Certificate certificate = begin_certificate(key, now - slow_clock, now + lifetime);
  X509* made = certificate.get();
  X509_NAME* subject = X509_get_subject_name(made);
  add_to_name(subject, "O", "OpenIRSA");
  add_to_name(subject, "CN", common_name);
  require(X509_set_issuer_name(made, subject) == 1, "issuer");
  add_basic_constraints(made, true);
  add_key_usage(made, {5, 6});  // RFC 5280 §4.2.1.3: keyCertSign, cRLSign
  add_key_ids(made, made);
  add_extension(made, NID_name_constraints, constraints_for(names).get(), true);
  sign_certificate(made, key);
  return {pem_of(made), std::move(key)};
}

Leaf make_leaf(const Authority& authority, const SubjectNames& names, Time now, std::chrono::days lifetime) {
  if (names.dns.empty() && names.addresses.empty())
    throw std::invalid_argument("a server certificate needs a name");
  const auto issuers = read_certificates(authority.certificate_pem);
  if (!issuers || issuers->empty()) throw std::invalid_argument("the authority has no certificate");
  const X509* issuer = issuers->front().get();

  PrivateKey key = PrivateKey::generate(KeyType::p256);
  const Time until = std::min<Time>(now + lifetime, time_of(X509_get0_notAfter(issuer)).value());
  const X509Certificate certificate = begin_certificate(key, now - slow_clock, until);
  X509* made = certificate.get();
  X509_NAME* subject = X509_get_subject_name(made);
  add_to_name(subject, "O", "OpenIRSA");
  constexpr std::size_t longest_common_name = 64;  // RFC 5280 appendix A.1, ub-common-name
  if (!names.dns.empty() && names.dns.front().size() <= longest_common_name) {
    add_to_name(subject, "CN", names.dns.front());
  }
  require(X509_set_issuer_name(made, X509_get_subject_name(issuer)) == 1, "issuer");
  add_basic_constraints(made, false);
  add_key_usage(made, {0});  // RFC 5280 §4.2.1.3: digitalSignature
  const Usage usage{EXTENDED_KEY_USAGE_new()};
  require(usage != nullptr && sk_ASN1_OBJECT_push(usage.get(), OBJ_nid2obj(NID_server_auth)) > 0,
          "key usage");
  add_extension(made, NID_ext_key_usage, usage.get(), false);
  add_key_ids(made, issuer);
  add_extension(made, NID_subject_alt_name, alternative_names(names).get(), false);
  sign_certificate(made, authority.key);
  return {pem_of(made) + authority.certificate_pem, std::move(key)};
}

Result<std::vector<CertificateInfo>, CertificateError> inspect_pem(std::string_view pem) {
  const auto certificates = read_certificates(pem);
  if (!certificates) return CertificateError{"the PEM text holds a broken certificate"};
  if (certificates->empty()) return CertificateError{"the PEM text holds no certificate"};
  std::vector<CertificateInfo> infos;
  for (const auto& certificate : *certificates) {
    unsigned char digest[EVP_MAX_MD_SIZE];
    unsigned int size = 0;
    require(X509_digest(certificate.get(), EVP_sha1(), digest, &size) == 1, "thumbprint");
    auto subject = text_of(X509_get_subject_name(certificate.get()));
    auto issuer = text_of(X509_get_issuer_name(certificate.get()));
    const auto from = time_of(X509_get0_notBefore(certificate.get()));
    const auto until = time_of(X509_get0_notAfter(certificate.get()));
    if (!subject || !issuer || !from || !until) {
      return CertificateError{"a certificate of the PEM text has a name or a time that cannot be read"};
    }
    infos.push_back({to_hex({reinterpret_cast<const char*>(digest), size}), *std::move(subject),
                     *std::move(issuer), *from, *until, names_of(certificate.get()),
                     X509_check_ca(certificate.get()) == 1});
  }
  return infos;
}

bool verifies(std::string_view chain_pem, std::string_view roots_pem, std::string_view host, Time now) {
  const auto chain = read_certificates(chain_pem);
  const auto roots = read_certificates(roots_pem);
  if (!chain || chain->empty() || !roots || roots->empty()) return false;

  const Store store{X509_STORE_new()};
  require(store != nullptr, "certificate store");
  for (const auto& root : *roots)
    require(X509_STORE_add_cert(store.get(), root.get()) == 1, "certificate store");
  const std::unique_ptr<STACK_OF(X509), decltype([](STACK_OF(X509) * list) { sk_X509_free(list); })> others{
      sk_X509_new_null()};
  for (std::size_t i = 1; i < chain->size(); ++i) {
    require(sk_X509_push(others.get(), (*chain)[i].get()) > 0, "certificate chain");
  }
  const StoreContext context{X509_STORE_CTX_new()};
  require(context != nullptr &&
              X509_STORE_CTX_init(context.get(), store.get(), chain->front().get(), others.get()) == 1 &&
              X509_STORE_CTX_set_default(context.get(), "ssl_server") == 1,
          "certificate verification");
  X509_VERIFY_PARAM* parameters = X509_STORE_CTX_get0_param(context.get());
  X509_VERIFY_PARAM_set_time(parameters, static_cast<time_t>(seconds_of(now)));
  if (!expect_host(parameters, host)) return false;
  return succeeded(X509_verify_cert(context.get()));
}

}  // namespace openirsa::crypto
