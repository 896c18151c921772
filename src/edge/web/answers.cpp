// How answers look, and how small JSON bodies are read.
#include <algorithm>

#include "base/json/doc.h"
#include "edge/web/call.h"

namespace gw::web {

net::ServerResponse respond(unsigned status, std::string_view content_type, std::string body) {
  net::ServerResponse response;
  response.status = status;
  response.headers = {{"Content-Type", std::string(content_type)},
                      {"Cache-Control", "no-store"},
                      {"X-Content-Type-Options", "nosniff"}};
  response.body = std::move(body);
  return response;
}

net::ServerResponse respond_json(unsigned status, std::string body) {
  return respond(status, "application/json", std::move(body));
}

net::ServerResponse problem_of(const Error& error) {
  switch (error.code) {
    case Errc::invalid_input: return net::problem(400, error.message);
    case Errc::not_found: return net::problem(404, error.message);
    case Errc::conflict: return net::problem(409, error.message);
    case Errc::unavailable:
    case Errc::throttled: return come_back_later("the store cannot be asked now");
    case Errc::denied:
    case Errc::corrupt:
    case Errc::cancelled:
    case Errc::internal: break;
  }
  return net::problem(500, "it did not work; the log says why");
}

net::ServerResponse come_back_later(std::string_view detail) {
  net::ServerResponse response = net::problem(503, detail);
  response.headers.emplace_back("Retry-After", "5");
  return response;
}

Result<std::map<std::string, std::string>> json_texts(std::string_view body,
                                                      std::span<const std::string_view> allowed) {
  std::map<std::string, std::string> out;
  if (body.empty()) return out;
  json::Doc doc;
  json::Limits limits;
  limits.max_depth = 8;
  if (!doc.parse(body, limits) || !doc.root().is_object()) {
    return Error{Errc::invalid_input, "the body has to be a JSON object"};
  }
  if (doc.root().has_duplicate_keys()) return Error{Errc::invalid_input, "the body names a member twice"};
  for (json::Value v = doc.root().first_child(); !v.is_missing(); v = v.next_sibling()) {
    const std::string name(v.key().substr(0, 64));
    if (std::find(allowed.begin(), allowed.end(), v.key()) == allowed.end()) {
      return Error{Errc::invalid_input, "there is no member " + name};
    }
    if (v.is_nothing()) continue;
    if (!v.is_string()) return Error{Errc::invalid_input, name + " has to be a text"};
    if (v.text().size() > 4096) return Error{Errc::invalid_input, name + " is too long"};
    if (!v.text().empty()) out.emplace(name, v.text());
  }
  return out;
}

}  // namespace gw::web
