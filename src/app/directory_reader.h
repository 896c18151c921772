// Asks AWS what a Directory holds, part by part, slowly: nobody waits for it. Internal to app.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <stop_token>
#include <string>
#include <string_view>

#include "app/aws_context.h"
#include "app/config/daemon.h"
#include "base/result.h"
#include "base/time.h"
#include "domain/watch/directory.h"

namespace gw::app {

enum class DirectoryPart : std::uint8_t { accounts, units, users, permission_sets };
inline constexpr DirectoryPart kDirectoryParts[] = {DirectoryPart::accounts, DirectoryPart::units, DirectoryPart::users,
                                                    DirectoryPart::permission_sets};
[[nodiscard]] std::string_view to_string(DirectoryPart part);  // also as label and in the API
[[nodiscard]] bool is_on(const DirectoryConfig& config, DirectoryPart part);
// When the part was last read as a whole; and how many entries of it there are.
[[nodiscard]] const std::optional<Time>& read_at(const watch::Directory& directory, DirectoryPart part);
[[nodiscard]] std::size_t entries_of(const watch::Directory& directory, DirectoryPart part);

struct DirectoryRead {
  Status status = ok();
  std::string permission;     // that was refused: `organizations:ListAccounts`, `sts:AssumeRole`; empty: none was
  bool is_truncated = false;  // there are more entries than a Directory holds
};

// Replaces the part in `directory` as read at `now`, or leaves it as it is. `pause` is called between calls, and ends the reading
// by answering false. Blocks, for minutes in large organizations.
[[nodiscard]] DirectoryRead read_part(AwsContext& aws, const DirectoryConfig& config, DirectoryPart part, Time now,
                                      watch::Directory& directory, const std::function<bool()>& pause,
                                      const std::stop_token& stop);

}  // namespace gw::app
