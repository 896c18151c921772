#include "edge/aws/json_call.h"

namespace gw::aws {

Call json_call(const JsonOperation& operation, std::string_view body) {
  Call call;
  call.name = std::string(operation.service) + ' ' + std::string(operation.name);
  call.headers = {{"content-type", operation.version == JsonVersion::v1_0 ? "application/x-amz-json-1.0"
                                                                          : "application/x-amz-json-1.1"},
                  {"x-amz-target", std::string(operation.target) + '.' + std::string(operation.name)}};
  call.body = body;
  call.timeout = operation.timeout;
  call.give_up_at = operation.give_up_at;
  call.stop = operation.stop;
  return call;
}

}  // namespace gw::aws
