// Candidates are many, and cheap: every event with every kind of caller and target. Detection and the watches themselves say which
// of them are needed, so that a probe is never asked for that nobody would tell.
#include "domain/filter/probes.h"

#include <algorithm>
#include <set>

#include "domain/cloudtrail/record_decode.h"
#include "domain/detect/detect.h"
#include "domain/filter/packer.h"
#include "domain/pattern/envelope.h"
#include "domain/watch/watch_set.h"

namespace gw::filter {
namespace {

constexpr std::string_view kAccount = "111122223333";
constexpr std::string_view kTime = "2026-01-02T03:04:05Z";

std::string role_session(std::string_view account, std::string_view role, std::string_view path = "") {
  const std::string a(account);
  const std::string r(role);
  return R"({"type":"AssumedRole","principalId":"AROAX:olga","accountId":)" + quoted(a) + R"(,"arn":)" +
         quoted("arn:aws:sts::" + a + ":assumed-role/" + r + "/olga") +
         R"(,"accessKeyId":"ASIAX","sessionContext":{"sessionIssuer":{"type":"Role","accountId":)" + quoted(a) +
         R"(,"userName":)" + quoted(r) + R"(,"arn":)" + quoted("arn:aws:iam::" + a + ":role/" + std::string(path) + r) +
         "}}}";
}
std::string user(std::string_view arn) {
  const std::string name(arn.substr(arn.rfind('/') + 1));
  return R"({"type":"IAMUser","principalId":"AIDAX","accountId":)" + quoted(kAccount) + R"(,"arn":)" + quoted(arn) +
         R"(,"accessKeyId":"AKIAX","userName":)" + quoted(name) + "}";
}
const std::string kRoot =
    R"({"type":"Root","principalId":"111122223333","accountId":"111122223333","arn":"arn:aws:iam::111122223333:root"})";
const std::string kPerson =
    R"({"type":"IdentityCenterUser","accountId":"111122223333","onBehalfOf":{"userId":"u-1","identityStoreArn":"arn:aws:identitystore::111122223333:identitystore/d-1"},"credentialId":"c"})";

struct Call {
  std::string source;
  std::string name;
  std::string identity;
  std::string request = "null";
  std::string more = {};  // further fields, each with a comma in front
  bool read_only = false;
  std::string account = std::string(kAccount);
  std::string address = "198.51.100.9";
};

std::string record_of(const Call& c) {
  return R"({"eventVersion":"1.11","userIdentity":)" + c.identity + R"(,"eventTime":)" + quoted(kTime) +
         R"(,"eventSource":)" + quoted(c.source) + R"(,"eventName":)" + quoted(c.name) +
         R"(,"awsRegion":"eu-west-1","sourceIPAddress":)" + quoted(c.address) +
         R"(,"userAgent":"aws-cli/2","requestParameters":)" + c.request +
         R"(,"eventID":"e-1","eventType":"AwsApiCall",)" +
         R"("managementEvent":true,"eventCategory":"Management","readOnly":)" + (c.read_only ? "true" : "false") +
         R"(,"recipientAccountId":)" + quoted(c.account) + c.more + "}";
}

// A text that the glob matches.
std::string example_of(std::string_view glob, std::string_view star) {
  std::string out;
  for (std::size_t i = 0; i < glob.size(); ++i) {
    if (glob[i] == '\\' && i + 1 < glob.size()) {
      out += glob[++i];
    } else if (glob[i] == '*') {
      out += star;
    } else {
      out += glob[i] == '?' ? '1' : glob[i];
    }
  }
  return out;
}

class Maker {
 public:
  Maker(const watch::WatchSet& watches, std::vector<Probe>& out) : watches_(watches), out_(out) {}

  // Keeps the call when it is needed. True then.
  bool add(const std::string& what, const Call& call) {
    Probe probe{what, record_of(call), call.read_only};
    json::Doc doc;
    if (!doc.parse(probe.record)) return false;
    const model::Record record = cloudtrail::decode_record(doc.root());
    const Time now = record.event_time.value_or(Time{});
    model::AccessEvent event;
    bool needed = false;
    if (detect::detect(record, event)) {
      watches_.decide(event, now, doc.root());
      needed = event.break_glass;
    }
    if (!needed && detect::actor(record, event)) {
      watches_.decide_actor(event, now);
      needed = event.break_glass;
    }
    if (needed && seen_.insert(probe.record).second) out_.push_back(std::move(probe));
    return needed;
  }

  // `reserved`: also as a permission set of this name.
  void role(const std::string& name, const std::string& account, bool is_set) {
    const std::string arn = "arn:aws:iam::" + account + ":role/" + name;
    const std::string reserved = "AWSReservedSSO_" + name + "_0123456789abcdef";
    const std::string path = "aws-reserved/sso.amazonaws.com/eu-west-1/";
    const std::string target =
        R"(,"serviceEventDetails":{"account_id":)" + quoted(account) + R"(,"role_name":)" + quoted(name) + "}";
    const std::string ops = role_session(kAccount, "ops");
    add("Federate into " + name, {"sso.amazonaws.com", "Federate", kPerson, "null", target});
    add("GetRoleCredentials for " + name, {"sso.amazonaws.com", "GetRoleCredentials", kPerson, "null", target, true});
    add("AssumeRole into " + name, {"sts.amazonaws.com", "AssumeRole", ops,
                                    R"({"roleArn":)" + quoted(arn) + R"(,"roleSessionName":"olga"})", "", true});
    add("refused AssumeRole into " + name,
        {"sts.amazonaws.com", "AssumeRole", ops, "null",
         R"(,"errorCode":"AccessDenied","errorMessage":)" +
             quoted("User: x is not authorized to perform: sts:AssumeRole on resource: " + arn),
         true});
    const std::string saml = R"({"type":"SAMLUser","principalId":"x:olga","userName":"olga"})";
    add("AssumeRoleWithSAML into " + name,
        {"sts.amazonaws.com", "AssumeRoleWithSAML", saml, R"({"roleArn":)" + quoted(arn) + "}", "", true, account});
    if (is_set)
      add("AssumeRoleWithSAML into " + reserved,
          {"sts.amazonaws.com", "AssumeRoleWithSAML", saml,
           R"({"roleArn":)" + quoted("arn:aws:iam::" + account + ":role/" + path + reserved) + "}", "", true, account});
    for (const std::string& session : {role_session(account, name), role_session(account, reserved, path)}) {
      const bool as_set = session.find(reserved) != std::string::npos;
      if (as_set && !is_set) continue;
      const std::string who = as_set ? reserved : name;
      add("console sign-in as " + who, {"signin.amazonaws.com", "ConsoleLogin", session, "null",
                                        R"(,"responseElements":{"ConsoleLogin":"Success"})", false, account});
      add("what " + who + " reads", {"ec2.amazonaws.com", "DescribeInstances", session, "{}", "", true, account});
      add("what " + who + " changes",
          {"s3.amazonaws.com", "PutObjectAcl", session, R"({"bucketName":"b"})", "", false, account});
    }
  }

  void caller(const std::string& who, const std::string& identity, const std::string& account = std::string(kAccount)) {
    add("what " + who + " reads", {"ec2.amazonaws.com", "DescribeInstances", identity, "{}", "", true, account});
    add("what " + who + " changes",
        {"s3.amazonaws.com", "PutObjectAcl", identity, R"({"bucketName":"b"})", "", false, account});
    add("console sign-in of " + who, {"signin.amazonaws.com", "ConsoleLogin", identity, "null",
                                      R"(,"responseElements":{"ConsoleLogin":"Success"})", false, account});
  }

  // Aimed at what counts, as far as it must be.
  void change(const detect::KnownEvent& event) {
    const std::string name =
        std::string(event.event_name) + (event.event_source == "lambda.amazonaws.com" ? "20150331v2" : "");
    const std::string key(event.target_keys.substr(0, event.target_keys.find('|')));
    const std::string what = std::string(event.event_name) + " (" + std::string(event.event_source) + ")";
    for (const char* name_of : {"glasswatch-oncall", "aws-cloudtrail-logs", "BreakGlassAdmin", ""}) {
      // What counts whatever it is aimed at must come with any name.
      const char* target = event.only_what_counts ? name_of : "x-1";
      std::string request = R"({"enable":false,"action":"ARCHIVE","activate":true)";
      if (!key.empty() && *target != '\0') request += "," + quoted(key) + ":" + quoted(target);
      const bool kept = add(event.only_what_counts && *target != '\0' ? what + " on " + target : what,
                            {std::string(event.event_source), name, role_session(kAccount, "ops"), request + "}"});
      if (kept && !event.only_what_counts) return;
    }
  }

  void way_in(const detect::KnownEvent& event) {
    const std::string what = std::string(event.event_name) + " (" + std::string(event.event_source) + ")";
    const std::string request =
        R"({"roleArn":"arn:aws:iam::111122223333:role/dev","scope":["sso:account:access"],"targetPrincipal":"111122223333"})";
    const bool is_root_only = event.mechanisms == model::MechanismSet::of(model::Mechanism::password_recovery);
    for (const std::string& identity :
         {kRoot, kPerson, user("arn:aws:iam::111122223333:user/dave"), role_session(kAccount, "dev")}) {
      if (is_root_only && identity != kRoot) continue;
      add(what, {std::string(event.event_source), std::string(event.event_name), identity, request,
                 R"(,"responseElements":{"accessToken":"x"})"});
    }
  }

 private:
  const watch::WatchSet& watches_;
  std::vector<Probe>& out_;
  std::set<std::string> seen_;
};

std::string an_account(const std::vector<std::string>& accounts) {
  for (const std::string& account : accounts) {
    if (account.starts_with("ou:") || account == "*") continue;
    std::string out = example_of(account, "");
    out.resize(12, '1');
    return out;
  }
  return std::string(kAccount);
}

void add_watch(Maker& maker, const watch::Watch& w) {
  const std::string account = an_account(w.accounts);
  for (const std::string& glob : w.roles) {
    // Nobody calls a permission set after the roles of AWS.
    maker.role(example_of(glob, "Admin"), account, !w.built_in || is_emergency_glob(glob));
  }
  for (const std::string& glob : w.principals) {
    const std::string arn = example_of(glob, "");
    if (arn.find(":role") != std::string::npos) {
      maker.caller(arn, role_session(account, arn.substr(arn.rfind('/') + 1)), account);
    } else if (arn.find('#') == std::string::npos) {
      maker.caller(arn, user(arn), account);
    }
  }
  if (w.roles.empty() && w.principals.empty() && !w.accounts.empty())
    maker.caller("everybody in " + account, role_session(account, "dev"), account);
}

}  // namespace

Result<std::vector<Probe>> needed_probes(const watch::Config& config) {
  auto watches = watch::WatchSet::compile(config);
  if (!watches) return std::move(watches).error();
  std::vector<Probe> out;
  Maker maker(*watches, out);
  maker.caller("root", kRoot);
  for (const detect::KnownEvent& event : detect::known_events()) {
    if (event.change) {
      maker.change(event);
    } else {
      maker.way_in(event);
    }
  }
  for (const watch::Watch& w : watch::builtin_watches()) add_watch(maker, w);
  for (const watch::Watch& w : config.watches) add_watch(maker, w);
  maker.add("SwitchRole of an emergency user",
            {"signin.amazonaws.com", "SwitchRole", role_session(kAccount, "dev"), "null",
             R"(,"additionalEventData":{"SwitchFrom":"arn:aws:iam::111122223333:user/breakglass-1"})"});
  maker.caller("an IAM user", user("arn:aws:iam::111122223333:user/dave"));
  return out;
}

std::vector<Probe> ordinary_probes() {
  const std::string dev = role_session(kAccount, "dev");
  const std::string service = R"({"type":"AWSService","invokedBy":"ec2.amazonaws.com"})";
  std::vector<Probe> out;
  const auto add = [&](const char* what, const Call& call) { out.push_back({what, record_of(call), call.read_only}); };
  add("what anybody reads", {"ec2.amazonaws.com", "DescribeInstances", dev, "{}", "", true});
  add("what anybody changes", {"ec2.amazonaws.com", "RunInstances", dev, R"({"instanceType":"t3.micro"})"});
  add("every log stream that is made",
      {"logs.amazonaws.com", "CreateLogStream", dev, R"({"logGroupName":"/aws/lambda/shop","logStreamName":"1"})"});
  add("every role that a service takes", {"sts.amazonaws.com", "AssumeRole", service,
                                          R"({"roleArn":"arn:aws:iam::111122223333:role/web","roleSessionName":"i-1"})",
                                          "", true, std::string(kAccount), "ec2.amazonaws.com"});
  add("every role that anybody takes",
      {"sts.amazonaws.com", "AssumeRole", dev,
       R"({"roleArn":"arn:aws:iam::111122223333:role/web","roleSessionName":"x"})", "", true});
  add("every use of a key", {"kms.amazonaws.com", "Decrypt", dev, "{}", "", true});
  return out;
}

bool lets_through(const pattern::Pattern& pattern, const std::string& record) {
  json::Doc doc;
  if (!doc.parse(record)) return false;
  if (const pattern::LogPattern* log = pattern.log()) return pattern::matches(*log, doc.root());
  return pattern::matches(pattern, pattern::event_of_record(doc.root()));
}

}  // namespace gw::filter
