#include "app/receiver_secrets.h"

#include <utility>

#include "app/secrets.h"

namespace gw::app {
namespace {

receivers::SecretText text_of(std::function<Result<Secret>()> get) {
  return [get = std::move(get)]() -> Result<std::string> {
    auto secret = get();
    if (!secret) return std::move(secret).error();
    return secret->reveal();
  };
}

bool is_reference(const std::string& text) {
  for (const std::string_view form : {"env:", "file:", "ssm:", "secretsmanager:"}) {
    if (text.starts_with(form)) return true;
  }
  return false;
}

}  // namespace

Status ReceiverSecrets::take(const std::string& reference, receivers::SecretText& out) {
  if (reference.empty()) return ok();
  auto source = secret_source(reference, io_);
  if (!source) return std::move(source).error();
  SecretSource& found = *source;
  out = text_of(std::move(found.get));
  if (found.reread) rereads_.push_back(std::move(found.reread));
  return ok();
}

Status ReceiverSecrets::take_url(const std::string& url, receivers::SecretText& out) {
  if (url.empty() || is_reference(url)) return take(url, out);
  out = [url] { return Result<std::string>(url); };
  return ok();
}

std::function<Result<bool>()> ReceiverSecrets::reread() {
  if (rereads_.empty()) return {};
  return [rereads = std::move(rereads_)]() -> Result<bool> {
    bool changed = false;
    for (const auto& one : rereads) {
      auto has = one();
      if (!has) return has;
      changed = changed || *has;
    }
    return changed;
  };
}

}  // namespace gw::app
