// A part is read into a value of its own and put in place when all of it is there: half a tree of OUs would leave accounts
// unwatched that are watched. Every list goes on until no page names another; one that names itself ends the reading.
#include "app/directory_reader.h"

#include <algorithm>
#include <utility>

#include "edge/aws/identity_store.h"
#include "edge/aws/organizations.h"
#include "edge/aws/sso_admin.h"

namespace gw::app {
namespace {

using watch::Directory;

constexpr std::size_t kMaxPages = 20'000;
constexpr std::size_t kMaxDepth = 8;  // AWS has five levels

class Reader {
 public:
  Reader(AwsContext& aws, const DirectoryConfig& config, const std::function<bool()>& pause,
         const std::stop_token& stop)
      : aws_(aws), config_(config), pause_(pause), stop_(stop) {}

  Status accounts(Directory& out) {
    auto client = this->client(aws::Service::organizations, config_.organizations, {});
    if (!client) return client.error();
    std::map<std::string, watch::DirectoryAccount, std::less<>> found;
    Status status = pages("organizations:ListAccounts", [&](std::string& page) -> Status {
      auto got = aws::list_accounts(**client, page, stop_);
      if (!got) return got.error();
      for (aws::OrganizationAccount& a : got->accounts) {
        if (!fits(a.id) || !is_room(found, Directory::kMaxAccounts)) continue;
        if (a.name.size() > Directory::kMaxText) a.name.clear();
        found[a.id] = {std::move(a.name), a.is_active};
      }
      page = std::move(got->next);
      return ok();
    });
    if (!status) return status;
    if (found.empty()) return Error{Errc::corrupt, "organizations ListAccounts: an organization without accounts"};
    out.accounts = std::move(found);
    return ok();
  }

  Status units(Directory& out) {
    auto client = this->client(aws::Service::organizations, config_.organizations, {});
    if (!client) return client.error();
    std::map<std::string, std::vector<std::string>, std::less<>> found;
    std::vector<std::vector<std::string>> paths;  // to be looked into, each with what is around it, itself at the end
    Status status = ids(
        "organizations:ListRoots", [&](const std::string& page) { return aws::list_roots(**client, page, stop_); },
        [&](std::string id) { paths.push_back({std::move(id)}); });
    while (status && !paths.empty()) {
      const std::vector<std::string> path = std::move(paths.back());
      paths.pop_back();
      const std::string& parent = path.back();
      status = ids(
          "organizations:ListAccountsForParent",
          [&](const std::string& page) { return aws::list_accounts_in(**client, parent, page, stop_); },
          [&](std::string id) {
            if (is_room(found, Directory::kMaxAccounts)) found[std::move(id)] = path;
          });
      if (!status || path.size() >= kMaxDepth) continue;
      status = ids(
          "organizations:ListOrganizationalUnitsForParent",
          [&](const std::string& page) { return aws::list_units(**client, parent, page, stop_); },
          [&](std::string id) {
            std::vector<std::string> below = path;
            below.push_back(std::move(id));
            paths.push_back(std::move(below));
          });
    }
    if (!status) return status;
    if (found.empty()) return Error{Errc::corrupt, "organizations ListAccountsForParent: a tree without accounts"};
    out.units = std::move(found);
    return ok();
  }

  Status users(Directory& out) {
    const DirectoryPlace& place = config_.identity_store;
    auto client = this->client(aws::Service::identity_store, place, {});
    if (!client) return client.error();
    std::map<std::string, std::string, std::less<>> found;
    Status status = pages("identitystore:ListUsers", [&](std::string& page) -> Status {
      auto got = aws::list_users(**client, place.id, page, stop_);
      if (!got) return got.error();
      for (aws::StoreUser& user : got->users) {
        if (fits(user.id) && fits(user.name) && is_room(found, Directory::kMaxUsers))
          found[std::move(user.id)] = std::move(user.name);
      }
      page = std::move(got->next);
      return ok();
    });
    if (!status) return status;
    out.users = std::move(found);
    out.identity_store = place.id;
    return ok();
  }

  Status permission_sets(Directory& out) {
    auto client = this->client(aws::Service::sso_admin, config_.sso_admin, config_.identity_store.region);
    if (!client) return client.error();
    std::vector<std::string> instances;
    Status status = find_instances(**client, instances);
    std::map<std::string, std::int64_t, std::less<>> found;
    for (const std::string& instance : instances) {
      if (status) status = sets_of(**client, instance, found);
    }
    if (!status) return status;
    out.permission_sets = std::move(found);
    return ok();
  }

  std::string permission;  // of what was asked last
  bool is_truncated = false;

 private:
  static bool fits(const std::string& text) { return !text.empty() && text.size() <= Directory::kMaxText; }

  template <class Map>
  bool is_room(const Map& map, std::size_t limit) {
    is_truncated = is_truncated || map.size() >= limit;
    return map.size() < limit;
  }

  Result<aws::Client*> client(aws::Service service, const DirectoryPlace& place, const std::string& other_region) {
    return aws_.client(service, place.region.empty() ? other_region : place.region, place.role_arn);
  }

  // `ask` gets the token of a page, and leaves that of the next one in its place.
  template <class Ask>
  Status pages(const char* action, Ask ask) {
    permission = action;
    std::string page;
    for (std::size_t i = 0; i < kMaxPages; ++i) {
      const std::string before = page;
      if (!pause_()) return Error{Errc::cancelled, "ended"};
      if (Status status = ask(page); !status) return status;
      if (page.empty()) return ok();
      if (page == before) break;
    }
    return Error{Errc::corrupt, std::string(action) + ": pages without end"};
  }

  template <class Ask, class Take>
  Status ids(const char* action, Ask ask, Take take) {
    return pages(action, [&](std::string& page) -> Status {
      auto got = ask(page);
      if (!got) return got.error();
      for (std::string& id : got->ids) {
        if (!fits(id)) return Error{Errc::corrupt, std::string(action) + ": the answer cannot be read"};
        take(std::move(id));
      }
      page = std::move(got->next);
      return ok();
    });
  }

  Status find_instances(aws::Client& client, std::vector<std::string>& out) {
    if (!config_.sso_admin.id.empty()) {
      out.push_back(config_.sso_admin.id);
      return ok();
    }
    const std::string& store = config_.identity_store.id;
    return pages("sso:ListInstances", [&](std::string& page) -> Status {
      auto got = aws::list_instances(client, page, stop_);
      if (!got) return got.error();
      for (aws::CenterInstance& instance : got->instances) {
        if (store.empty() || instance.identity_store == store) out.push_back(std::move(instance.arn));
      }
      page = std::move(got->next);
      return ok();
    });
  }

  Status sets_of(aws::Client& client, const std::string& instance,
                 std::map<std::string, std::int64_t, std::less<>>& found) {
    std::vector<std::string> sets;
    Status status = pages("sso:ListPermissionSets", [&](std::string& page) -> Status {
      auto got = aws::list_permission_sets(client, instance, page, stop_);
      if (!got) return got.error();
      std::move(got->arns.begin(), got->arns.end(), std::back_inserter(sets));
      page = std::move(got->next);
      return ok();
    });
    for (const std::string& arn : sets) {
      if (!status || !is_room(found, Directory::kMaxPermissionSets)) break;
      permission = "sso:DescribePermissionSet";
      if (!pause_()) return Error{Errc::cancelled, "ended"};
      auto set = aws::describe_permission_set(client, instance, arn, stop_);
      if (!set && set.error().code == Errc::not_found) continue;  // deleted meanwhile
      if (!set) return set.error();
      // Two instances may use one name: a session is followed for the longer time.
      if (fits(set->name)) found[set->name] = std::max(found[set->name], set->duration_micros);
    }
    return status;
  }

  AwsContext& aws_;
  const DirectoryConfig& config_;
  const std::function<bool()>& pause_;
  const std::stop_token stop_;
};

}  // namespace

std::string_view to_string(DirectoryPart part) {
  switch (part) {
    case DirectoryPart::accounts: return "accounts";
    case DirectoryPart::units: return "units";
    case DirectoryPart::users: return "users";
    case DirectoryPart::permission_sets: break;
  }
  return "permission_sets";
}

bool is_on(const DirectoryConfig& config, DirectoryPart part) {
  switch (part) {
    case DirectoryPart::accounts:
    case DirectoryPart::units: return config.organizations.is_on;
    case DirectoryPart::users: return config.identity_store.is_on && !config.identity_store.id.empty();
    case DirectoryPart::permission_sets: break;
  }
  return config.sso_admin.is_on;
}

const std::optional<Time>& read_at(const watch::Directory& d, DirectoryPart part) {
  switch (part) {
    case DirectoryPart::accounts: return d.accounts_at;
    case DirectoryPart::units: return d.units_at;
    case DirectoryPart::users: return d.users_at;
    case DirectoryPart::permission_sets: break;
  }
  return d.permission_sets_at;
}

std::size_t entries_of(const watch::Directory& d, DirectoryPart part) {
  switch (part) {
    case DirectoryPart::accounts: return d.accounts.size();
    case DirectoryPart::units: return d.units.size();
    case DirectoryPart::users: return d.users.size();
    case DirectoryPart::permission_sets: break;
  }
  return d.permission_sets.size();
}

DirectoryRead read_part(AwsContext& aws, const DirectoryConfig& config, DirectoryPart part, Time now,
                        watch::Directory& directory, const std::function<bool()>& pause, const std::stop_token& stop) {
  Reader reader(aws, config, pause, stop);
  DirectoryRead out;
  const auto note = [&](Status status, std::optional<Time>& at) {
    if (status) at = now;
    out.status = std::move(status);
  };
  switch (part) {
    case DirectoryPart::accounts: note(reader.accounts(directory), directory.accounts_at); break;
    case DirectoryPart::units: note(reader.units(directory), directory.units_at); break;
    case DirectoryPart::users: note(reader.users(directory), directory.users_at); break;
    case DirectoryPart::permission_sets: note(reader.permission_sets(directory), directory.permission_sets_at); break;
  }
  out.is_truncated = reader.is_truncated;
  if (!out.status && out.status.error().code == Errc::denied) {
    const bool is_role = out.status.error().message.find("sts AssumeRole") != std::string::npos;
    out.permission = is_role ? std::string("sts:AssumeRole") : reader.permission;
  }
  return out;
}

}  // namespace gw::app
