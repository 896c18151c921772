// Any bytes as an answer of Lambda's Runtime API: no crash, bounded, and the same outcome however they are cut.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

#include "edge/lambda/response_reader.h"
#include "edge/lambda/transport.h"

namespace {

using Reader = gw::lambda::ResponseReader;
constexpr std::size_t kLimit = 64;

Reader::State read(Reader& reader, std::string_view bytes, std::size_t step) {
  auto state = Reader::State::more;
  for (std::size_t i = 0; i < bytes.size() && state == Reader::State::more; i += step) {
    state = reader.feed(bytes.substr(i, step));
  }
  return state == Reader::State::more ? reader.finish() : state;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view input(reinterpret_cast<const char*>(data), size);
  Reader whole(kLimit);
  const auto state = read(whole, input, size + 1);
  if (state == Reader::State::more) std::abort();
  const auto& response = whole.response();
  if (response.body.size() > kLimit || (response.too_long && !response.body.empty())) std::abort();
  if (state == Reader::State::failed && (whole.damage().empty() || whole.keeps_alive())) std::abort();
  for (const auto& [name, value] : response.headers) {
    if (name.empty() || value.find_first_of("\r\n") != std::string::npos) std::abort();
  }
  for (const std::size_t step : {std::size_t{1}, std::size_t{3}}) {
    Reader cut(kLimit);
    if (read(cut, input, step) != state) std::abort();
    if (state != Reader::State::done) continue;
    if (cut.response().status != response.status || cut.response().headers != response.headers ||
        cut.response().body != response.body || cut.response().too_long != response.too_long) {
      std::abort();
    }
  }
  if (const auto address = gw::lambda::parse_api_address(input); address && address->host.empty()) std::abort();
  return 0;
}
