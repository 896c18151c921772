// Where a configuration may lie: a file, `s3://bucket/key` (the key as it is, not encoded), or `ssm:NAME`, a parameter of Systems
// Manager (NAME may be an ARN, which also says the region).
#pragma once

#include <string>

#include "app/config/config.h"
#include "app/io.h"

namespace gw::app {

// As load_file(); what cannot be fetched is a problem that names the place and the cause. Asks AWS only for places in AWS, for some
// seconds at most: a function's start may take ten.
[[nodiscard]] Loaded load_config(const std::string& place, const Io& io);

// What GLASSWATCH_CONFIG names; without it, in a Lambda, `glasswatch.yaml` of its package, if there is one. Empty: none.
[[nodiscard]] std::string default_config(const Io& io);

}  // namespace gw::app
