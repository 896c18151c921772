#include <cstdlib>
#include <filesystem>

#include "edge/store/sqlite/store.h"
#include "tests/conformance/dynamodb_place.h"
#include "tests/conformance/store_suite.h"

namespace gw::conformance {
namespace {

class SqlitePlace final : public StorePlace {
 public:
  SqlitePlace() {
    std::string name = (std::filesystem::temp_directory_path() / "gw-store-XXXXXX").string();
    if (::mkdtemp(name.data()) == nullptr) std::abort();
    folder_ = name;
  }
  SqlitePlace(const SqlitePlace&) = delete;
  SqlitePlace& operator=(const SqlitePlace&) = delete;
  ~SqlitePlace() override {
    std::error_code ignored;
    std::filesystem::remove_all(folder_, ignored);
  }
  std::unique_ptr<Store> open() override {
    auto store = sqlite::open((folder_ / "store.db").string());
    if (!store) {
      ADD_FAILURE() << store.error().message;
      return nullptr;
    }
    return *std::move(store);
  }

 private:
  std::filesystem::path folder_;
};

INSTANTIATE_TEST_SUITE_P(Conformance, StoreSuite,
                         testing::Values(StoreKind{"sqlite", [] { return std::make_unique<SqlitePlace>(); }},
                                         StoreKind{"dynamodb", [] { return std::make_unique<DynamoPlace>(); }}),
                         kind_name);

}  // namespace
}  // namespace gw::conformance
