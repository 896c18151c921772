#include <algorithm>
#include <random>
#include <string>
#include <utility>

#include "base/time.h"
#include "tests/property/trail.h"
#include "tests/sessions/records.h"

namespace gw::property {
namespace {

constexpr std::int64_t kSecond = 1'000'000;
constexpr std::int64_t kMinute = 60 * kSecond;

class Maker {
 public:
  explicit Maker(std::uint64_t seed) : random_(seed) {}

  Source make() {
    const int stories = 6 + pick(8);
    for (int i = 0; i < stories; ++i) {
      // Minutes apart: see the header.
      now_ = begin_ + (i * 25 + pick(20)) * kMinute + pick(60) * kSecond;
      switch (pick(7)) {
        case 0:
        case 1:
        case 2: person(); break;
        case 3: root(); break;
        case 4: emergency_user(); break;
        case 5: failures(); break;
        default: cross_account(); break;
      }
      for (int n = pick(4); n > 0; --n) noise();
    }
    std::stable_sort(timed_.begin(), timed_.end(), [](const auto& a, const auto& b) { return a.first < b.first; });
    Source source;
    for (auto& [time, record] : timed_) source.records.push_back(std::move(record));
    watch::Watch prod;
    prod.name = "prod";
    prod.roles = {"BreakGlass*"};
    prod.severity = model::Severity::critical;
    prod.receivers = {"oncall"};
    source.config.watches.push_back(prod);
    return source;
  }

 private:
  int pick(int n) { return static_cast<int>(random_() % static_cast<std::uint64_t>(n)); }
  template <std::size_t N>
  std::string one_of(const char* const (&names)[N]) {
    return names[pick(static_cast<int>(N))];
  }
  std::string id() { return "e-" + std::to_string(++ids_); }
  std::string at(std::int64_t micros) const { return format_time(Time{micros / kSecond * kSecond}); }
  std::string account() { return one_of({"222222222222", "333333333333", "444444444444"}); }
  void add(std::int64_t time, std::string record) { timed_.emplace_back(time, std::move(record)); }
  void pass(int most_seconds) { now_ += (1 + pick(most_seconds)) * kSecond; }

  // Through the portal or the command line, perhaps with renewals; some calls name the person, some only the session.
  void person() {
    const std::string name = one_of({"alice", "bob", "carol", "dave"});
    const std::string user = "u-" + name;
    const std::string mail = name + "@example.com";
    const std::string where = account();
    const std::string role = one_of({"BreakGlassAdmin", "BreakGlassDb"});
    const bool cli = pick(2) == 0;
    const bool has_half = pick(4) != 0;
    for (int renewal = pick(3); renewal >= 0; --renewal) {
      const std::string created = at(now_);
      add(now_, test::grant(id(), created, user, where, role, cli ? "GetRoleCredentials" : "Federate"));
      if (has_half) add(now_, test::saml(id(), created, mail, where, role, 3600));
      for (int calls = pick(8); calls > 0; --calls) {
        pass(400);
        if (now_ - parse_time(created)->micros > 55 * kMinute) break;
        const bool named = pick(3) != 0;
        const std::string event =
            one_of({"ListBuckets", "CreateUser", "GetSecretValue", "StopInstances", "StopLogging"});
        const std::string source = event == "CreateUser"       ? "iam.amazonaws.com"
                                   : event == "GetSecretValue" ? "secretsmanager.amazonaws.com"
                                   : event == "StopInstances"  ? "ec2.amazonaws.com"
                                   : event == "StopLogging"    ? "cloudtrail.amazonaws.com"
                                                               : "s3.amazonaws.com";
        std::string extra = event == "ListBuckets" ? R"("readOnly":true,)" : R"("readOnly":false,)";
        if (pick(6) == 0) extra += R"("errorCode":"AccessDenied",)";
        add(now_, test::call(id(), at(now_), created, mail, named ? user : "", where, test::reserved(role), source,
                             event, extra, pick(5) == 0 ? "203.0.113.80" : "198.51.100.7"));
      }
      if (pick(3) == 0) chain(created, mail, user, where, role);
      now_ = std::max(now_ + kMinute, parse_time(created)->micros + (40 + pick(15)) * kMinute);
    }
  }

  // A role assumed from a session, and what is done with its key.
  void chain(const std::string& created, const std::string& mail, const std::string& user, const std::string& where,
             const std::string& role) {
    pass(60);
    const std::string key = "ASIACHILD" + std::to_string(++ids_);
    add(now_,
        test::call(id(), at(now_), created, mail, user, where, test::reserved(role), "sts.amazonaws.com", "AssumeRole",
                   R"("requestParameters":{"roleArn":"arn:aws:iam::555555555555:role/deploy","roleSessionName":"x"},)"
                   R"("responseElements":{"credentials":{"accessKeyId":")" +
                       key + R"("}},)"));
    for (int calls = pick(4); calls > 0; --calls) {
      pass(120);
      std::string call = test::call(id(), at(now_), created, "x", "", "555555555555", "deploy", "s3.amazonaws.com",
                                    "PutObject", R"("readOnly":false,)");
      call.replace(call.find("ASIAx"), 5, key);
      add(now_, std::move(call));
    }
  }

  void root() {
    const std::string where = account();
    for (int failed = pick(4); failed > 0; --failed) {
      add(now_, test::root_login(id(), at(now_), where, false));
      pass(60);
    }
    add(now_, test::root_login(id(), at(now_), where, true));
    for (int calls = pick(8); calls > 0; --calls) {
      pass(pick(4) == 0 ? 4000 : 600);
      add(now_, test::root_call(id(), at(now_), where, "iam.amazonaws.com", one_of({"ListUsers", "CreateAccessKey"}),
                                one_of({"AKIAROOT", "AKIAROOT2"})));
    }
  }

  void emergency_user() {
    const std::string where = account();
    for (int calls = 1 + pick(6); calls > 0; --calls) {
      add(now_, test::head(id(), at(now_), "ec2.amazonaws.com", one_of({"DescribeInstances", "StopInstances"}), where) +
                    R"("sourceIPAddress":"203.0.113.9","userAgent":"aws-cli/2","userIdentity":{"type":"IAMUser",)"
                    R"("principalId":"AIDAX","arn":"arn:aws:iam::)" +
                    where + R"(:user/breakglass/BreakGlass1","accountId":")" + where +
                    R"(","accessKeyId":"AKIABG","userName":"BreakGlass1"}})");
      pass(pick(4) == 0 ? 4000 : 600);
    }
  }

  // Attempts at one role, over more than one of the windows that they are counted in.
  void failures() {
    const std::string where = account();
    for (int n = 1 + pick(8); n > 0; --n) {
      std::string record = test::grant(id(), at(now_), "u-mallory", where, "BreakGlassAdmin");
      record.insert(1, R"("errorCode":"AccessDenied",)");
      add(now_, std::move(record));
      pass(300);
    }
  }

  // One call, recorded in both accounts.
  void cross_account() {
    const std::string where = account();
    const std::string shared = "s-" + std::to_string(++ids_);
    const std::string parameters =
        R"("sharedEventID":")" + shared + R"(","requestParameters":{"roleArn":"arn:aws:iam::)" + where +
        R"(:role/BreakGlassOps","roleSessionName":"ops-)" + shared +
        R"("},"responseElements":{"credentials":{"accessKeyId":"ASIA)" + shared +
        R"("},"assumedRoleUser":{"assumedRoleId":"AROAOPS:ops-)" + shared + R"(","arn":"arn:aws:sts::)" + where +
        R"(:assumed-role/BreakGlassOps/ops-)" + shared + R"("}},)";
    add(now_, test::call(id(), at(now_), at(now_ - kMinute), "ci", "", "666666666666", "ci", "sts.amazonaws.com",
                         "AssumeRole", parameters));
    add(now_, test::head(id(), at(now_), "sts.amazonaws.com", "AssumeRole", where) + parameters +
                  R"("sourceIPAddress":"198.51.100.7","userAgent":"aws-cli/2","userIdentity":{"type":"AWSAccount",)"
                  R"("principalId":"AROACI:ci","accountId":"666666666666"}})");
    const std::string created = at(now_);
    for (int calls = pick(4); calls > 0; --calls) {
      pass(300);
      add(now_, test::call(id(), at(now_), created, "ops-" + shared, "", where, "BreakGlassOps", "s3.amazonaws.com",
                           "PutObject", R"("readOnly":false,)"));
    }
  }

  void noise() {
    pass(60);
    add(now_,
        test::call(id(), at(now_), at(now_ - kMinute), "app", "", account(), "app", "s3.amazonaws.com", "GetObject"));
    add(now_, test::grant(id(), at(now_), "u-alice", account(), "ReadOnly"));
  }

  std::mt19937_64 random_;
  const std::int64_t begin_ = parse_time("2026-07-01T06:00:00Z")->micros;
  std::int64_t now_ = 0;
  int ids_ = 0;
  std::vector<std::pair<std::int64_t, std::string>> timed_;
};

}  // namespace

Source organization(std::uint64_t seed) { return Maker(seed).make(); }

}  // namespace gw::property
