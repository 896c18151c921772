// For tests: a server whose handler is a function, and a certificate for 127.0.0.1.
#pragma once

#include <gtest/gtest.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/x509v3.h>

#include <cstdio>
#include <filesystem>
#include <functional>
#include <memory>
#include <string>

#include "edge/net/http_server.h"

namespace gw::net {

class FunctionHandler : public Handler {
 public:
  std::function<Admission(const ServerRequest&)> on_admit = [](const ServerRequest&) {
    return Admission{std::size_t{1} << 20, std::nullopt};
  };
  std::function<void(ServerRequest, Responder)> on_handle = [](ServerRequest request, Responder responder) {
    ServerResponse response;
    response.headers = {{"Content-Type", "text/plain"}};
    response.body = request.method + ' ' + request.target + ' ' + request.body;
    responder.send(std::move(response));
  };
  Admission admit(const ServerRequest& head) override { return on_admit(head); }
  void handle(ServerRequest request, Responder responder) override {
    on_handle(std::move(request), std::move(responder));
  }
};

inline std::unique_ptr<HttpServer> start_server(Handler& handler, const ServerOptions& options = {}) {
  auto server = HttpServer::start(options, handler);
  EXPECT_TRUE(server) << (server ? "" : server.error().message);
  return server ? std::move(*server) : nullptr;
}

// Writes a key and a certificate that it signs itself.
inline void write_certificate(const std::string& certificate_file, const std::string& key_file) {
  EVP_PKEY* const key = EVP_EC_gen("P-256");
  X509* const certificate = X509_new();
  X509_set_version(certificate, X509_VERSION_3);
  ASN1_INTEGER_set(X509_get_serialNumber(certificate), 1);
  X509_gmtime_adj(X509_getm_notBefore(certificate), -3600);
  X509_gmtime_adj(X509_getm_notAfter(certificate), 24 * 3600);
  X509_set_pubkey(certificate, key);
  X509_NAME* const name = X509_get_subject_name(certificate);
  X509_NAME_add_entry_by_txt(name, "CN", MBSTRING_ASC, reinterpret_cast<const unsigned char*>("test"), -1, -1, 0);
  X509_set_issuer_name(certificate, name);
  for (const auto& [kind, value] :
       {std::pair{NID_basic_constraints, "critical,CA:TRUE"}, std::pair{NID_subject_alt_name, "IP:127.0.0.1"}}) {
    X509_EXTENSION* const extension = X509V3_EXT_conf_nid(nullptr, nullptr, kind, value);
    X509_add_ext(certificate, extension, -1);
    X509_EXTENSION_free(extension);
  }
  X509_sign(certificate, key, EVP_sha256());
  if (std::FILE* file = std::fopen(certificate_file.c_str(), "w")) {
    PEM_write_X509(file, certificate);
    std::fclose(file);
  }
  if (std::FILE* file = std::fopen(key_file.c_str(), "w")) {
    PEM_write_PrivateKey(file, key, nullptr, nullptr, 0, nullptr, nullptr);
    std::fclose(file);
  }
  X509_free(certificate);
  EVP_PKEY_free(key);
}

// A folder that is gone with the object.
class TemporaryFolder {
 public:
  TemporaryFolder() {
    std::string pattern = std::filesystem::temp_directory_path() / "gw_net_XXXXXX";
    if (mkdtemp(pattern.data()) != nullptr) path_ = pattern;
  }
  ~TemporaryFolder() { std::filesystem::remove_all(path_); }
  TemporaryFolder(const TemporaryFolder&) = delete;
  TemporaryFolder& operator=(const TemporaryFolder&) = delete;
  [[nodiscard]] std::string file(const std::string& name) const { return path_ / name; }

 private:
  std::filesystem::path path_;
};

}  // namespace gw::net
