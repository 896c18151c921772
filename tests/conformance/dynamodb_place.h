// Tables in the stand-in for DynamoDB, one for each place.
#pragma once

#include <atomic>
#include <memory>
#include <string>

#include "edge/aws/dynamodb.h"
#include "edge/store/dynamodb/store.h"
#include "tests/conformance/store_fixture.h"
#include "tests/support/aws_stand_in.h"

namespace gw::conformance {

// One process for all tests of this program.
inline test::AwsStandIn& stand_in() {
  static test::AwsStandIn aws;
  return aws;
}

inline aws::Tools quick_tools() {
  aws::Tools tools = aws::system_tools();
  tools.wait = [wait = tools.wait](std::chrono::milliseconds time) { wait(time / 50); };
  return tools;
}

class DynamoPlace final : public StorePlace {
 public:
  DynamoPlace()
      : transport_(aws::make_curl_transport()),
        credentials_(stand_in().credentials()),
        client_(stand_in().client(*transport_, credentials_, aws::Service::dynamodb)) {
    static std::atomic<int> count{0};
    table_ = "glasswatch-" + std::to_string(++count);
    const auto made = aws::call_dynamodb(*client_, "CreateTable", R"({"TableName":")" + table_ + R"(",
      "BillingMode":"PAY_PER_REQUEST","AttributeDefinitions":[{"AttributeName":"pk","AttributeType":"S"},
      {"AttributeName":"sk","AttributeType":"S"},{"AttributeName":"gsi1pk","AttributeType":"S"},
      {"AttributeName":"gsi1sk","AttributeType":"S"}],"KeySchema":[{"AttributeName":"pk","KeyType":"HASH"},
      {"AttributeName":"sk","KeyType":"RANGE"}],"GlobalSecondaryIndexes":[{"IndexName":"due","Projection":
      {"ProjectionType":"ALL"},"KeySchema":[{"AttributeName":"gsi1pk","KeyType":"HASH"},{"AttributeName":"gsi1sk",
      "KeyType":"RANGE"}]}]})");
    EXPECT_TRUE(made && !made->failure);
  }
  DynamoPlace(const DynamoPlace&) = delete;
  DynamoPlace& operator=(const DynamoPlace&) = delete;
  ~DynamoPlace() override { (void)call("DeleteTable", R"({"TableName":")" + table_ + "\"}"); }

  std::unique_ptr<Store> open() override { return open(std::int64_t{0}); }
  std::unique_ptr<Store> open(std::int64_t keep_seconds) {
    auto store = dynamodb::open({table_, {}, keep_seconds}, *client_, quick_tools());
    if (!store) {
      ADD_FAILURE() << store.error().message;
      return nullptr;
    }
    return *std::move(store);
  }

  [[nodiscard]] const std::string& table() const { return table_; }
  // The body of the answer.
  std::string call(std::string_view operation, const std::string& request) {
    auto reply = aws::call_dynamodb(*client_, operation, request);
    EXPECT_TRUE(reply);
    return reply ? reply->response.body : std::string();
  }

 private:
  std::unique_ptr<aws::Transport> transport_;
  aws::FixedCredentials credentials_;
  std::unique_ptr<aws::Client> client_;
  std::string table_;
};

}  // namespace gw::conformance
