// One filter, whose conditions stand in order of what they are worth: those that sessions need first, then what tells of
// tampering, as far as 1,024 characters go. What has no room goes into the second filter, where there is one for the
// user's own watches; a log group has two.
//
// Regular expressions are dear (two a filter) and short: one is for event names, in which stems stand for names (`eMFAD`: Enable-,
// DeactivateMFADevice, but not ListMFADevices), the other for what a request names. A stem may let through more, never less.
// `!=` is only used where the field is always there, or where the record is needed by another condition anyway.
#include <algorithm>
#include <optional>

#include "domain/detect/detect.h"
#include "domain/filter/render.h"
#include "domain/pattern/cloudwatch.h"
#include "domain/pattern/eventbridge.h"

namespace gw::filter {
namespace {

using model::Mechanism;
using model::MechanismSet;

using Texts = std::vector<std::string>;

constexpr std::size_t kMaxNarrowed = 6;  // accounts times globs

std::string joined(const Texts& texts, std::string_view by) {
  std::string out;
  for (const std::string& text : texts) {
    if (!out.empty()) out += by;
    out += text;
  }
  return out;
}

void add(Texts& to, std::initializer_list<const char*> texts) { to.insert(to.end(), texts.begin(), texts.end()); }

bool is_word(std::string_view text) {
  return !text.empty() && std::all_of(text.begin(), text.end(), [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
  });
}

std::string condition(std::string_view field, std::string_view value) {
  std::string out = "$.";
  out.append(field).append("=");
  return is_word(value) ? out.append(value) : out.append("\"").append(value).append("\"");
}

// What one filter is made of.
struct Filter {
  Texts conditions;
  Texts names;  // stems of eventName
  Texts words;  // of what a request names
  bool changes = false;
  bool entries = false;  // words count in AssumeRole…, too
  Texts sources;

  [[nodiscard]] std::string text() const {
    Texts all = conditions;
    if (!names.empty()) all.push_back("$.eventName=%" + joined(names, "|") + "%");
    if (!words.empty()) {
      Texts when;
      if (changes) when.push_back("$.readOnly IS FALSE");
      if (entries) {
        when.push_back(R"($.eventName="AssumeR*"&&$.requestParameters.roleArn!="*xec*"&&$.sourceIPAddress!="cloudt*")");
      }
      all.push_back("$.requestParameters.*=%" + joined(words, "|") + "%&&(" + joined(when, "||") + ")");
    }
    if (!sources.empty()) {
      all.push_back(R"($.readOnly IS FALSE&&$.eventName!="CreateTo*"&&$.eventName!="Au*"&&$.eventName!="L*"&&()" +
                    joined(sources, "||") + ")");
    }
    return "{" + joined(all, "||") + "}";
  }
  [[nodiscard]] bool empty() const { return conditions.empty() && names.empty() && words.empty() && sources.empty(); }
  [[nodiscard]] bool fits() const {
    const std::string all = text();
    return all.size() <= pattern::LogLimits{}.characters &&
           std::holds_alternative<pattern::LogPattern>(pattern::parse_log_pattern(all));
  }
};

// What may be left out for want of room: a condition, or a stem of an event name.
struct Extra {
  std::string condition;
  std::string name;
};

Filter built_in(const Needs& n) {
  Filter f;
  const bool persons = n.roles || n.users;
  const bool changes = n.tamper || n.path;
  if (n.root || n.assume_root) add(f.conditions, {"$.userIdentity.type=Root"});
  if (n.iam_users) add(f.conditions, {"$.userIdentity.type=IAMUser"});
  if (persons) {
    add(f.conditions, {R"($.userIdentity.arn="*reak*lass*")", R"($.userIdentity.arn="*BREAKG*")",
                       R"($.userIdentity.arn="*mergency*")"});
  }
  if (n.roles) {
    // Control Tower and StackSets use their roles all day, from addresses of AWS; a person does not.
    add(f.conditions,
        {R"($.userIdentity.arn="*tAccessR*")",
         R"($.sourceIPAddress!="*.com"&&($.userIdentity.arn="*/AWSC*"||$.requestParameters.roleArn="*xec*"))"});
  }
  if (n.entries()) {
    // A refused AssumeRole names its role in the message only. The name is what ties ids to people.
    add(f.conditions, {R"($.additionalEventData.UserName="*")", R"($.eventName="AssumeR*"&&$.errorCode="*")"});
    add(f.names, {"Federate", "RoleCred", "SwitchR"});
  }
  if (n.assume_root) add(f.names, {"AssumeRoot"});
  if (n.root || n.path) add(f.names, {"EmailU"});
  if (n.root) add(f.names, {"^Pass"});
  if (n.path) add(f.names, {"eAccountP", "eMFAD", "eV.*MFA", "eSAML", "[eo]OpenI", "eLoginP", "sRoot"});
  if (n.tamper) add(f.names, {"LeaveO", "eDetector", "nRecorder$"});

  if (n.tamper) add(f.words, {"[Tt]rail", "rolt", "og.?[Aa]rchive", "[Oo]rg.?[Ll]og", "y.?[Aa]lert"});
  if (persons || changes) add(f.words, {"[Gg]lass|GLASS", "mergency"});
  if (changes) add(f.words, {"ire.?[Cc]all"});
  if (n.roles || n.path) add(f.words, {"AccountAccessR"});
  if (n.path) add(f.words, {"^[^:]*Tower."});
  f.changes = changes;
  f.entries = persons;

  if (n.path) f.sources = {R"($.eventSource="sso*")", R"($.eventSource="id*e.*")", R"($.eventSource="account*")"};
  if (n.path || n.tamper) f.sources.emplace_back(R"($.eventSource="org*")");
  if (n.tamper) {
    f.sources.emplace_back(R"($.eventSource="cloudt*")");
    f.sources.emplace_back(R"($.eventSource="controlt*")");
  }
  return f;
}

std::vector<Extra> extras(const Needs& n) {
  std::vector<Extra> out;
  const auto conditions = [&](bool on, std::initializer_list<const char*> texts) {
    if (on) {
      for (const char* text : texts) out.push_back({text, {}});
    }
  };
  const auto names = [&](std::initializer_list<const char*> texts) {
    if (n.tamper) {
      for (const char* text : texts) out.push_back({{}, text});
    }
  };
  names({"eSecurityH", "tAccountPol", "teDeliv"});
  conditions(n.users, {R"($.userIdentity.type="Fed*")"});
  conditions(n.roles,
             {R"($.userIdentity.arn="*/stacksets-e*"&&$.sourceIPAddress!="*.com")",
              // Whoever made another administration role than AWS's own for StackSets or Control Tower.
              R"($.eventName=AssumeRole&&$.requestParameters.roleArn="*xec*"&&$.userIdentity.arn!="*role/AWS*")"});
  names({"eAnalyzer", "[ge]Members", "teFrom", "hDis", "eImp", "eFilter", "eIPS", "ePubl", "[tl]eAlarm", "eEventSo",
         "teFlow", "eResolverQ", "teParameters"});
  conditions(n.tamper || n.path,
             {"$.requestParameters.omitted IS TRUE", R"($.readOnly IS FALSE&&$.errorMessage="*on resource: *")"});
  return out;
}

// Names of an own watch's events, as anchored stems.
Texts event_names(MechanismSet mechanisms) {
  Texts out;
  for (const detect::KnownEvent& event : detect::known_events()) {
    if (event.change || !event.mechanisms.intersects(mechanisms)) continue;
    const std::string name = "^" + std::string(event.event_name) + "$";
    if (std::find(out.begin(), out.end(), name) == out.end()) out.push_back(name);
  }
  return out;
}

// Activity by arn, in which a session's name stands behind the role's; entries by roleArn, behind a path.
void add_roles(Filter& f, const Own& own, const Needs& needs) {
  Texts acts;
  Texts entries;
  const bool narrowed = !own.accounts.empty() && own.accounts.size() * own.roles.size() <= kMaxNarrowed;
  for (const std::string& glob : own.roles) {
    if (needs.roles && is_emergency_glob(glob)) continue;
    const std::string name = wildcard_of(glob);
    const std::string open = name.ends_with('*') ? name : name + "/*";
    const std::string reserved = "AWSReservedSSO_" + (name.ends_with('*') ? name : name + "_*");
    acts.push_back(condition("userIdentity.arn", "*role/" + open));
    acts.push_back(condition("userIdentity.arn", "*role/" + reserved));
    const Texts accounts = narrowed ? own.accounts : Texts{""};
    for (const std::string& account : accounts) {
      const std::string at = account.empty() ? "*/" : "*:" + wildcard_of(account) + ":role/*";
      entries.push_back(condition("requestParameters.roleArn", wildcard_of(at + name)));
      entries.push_back(condition("requestParameters.roleArn", at + reserved));
    }
  }
  if (acts.empty()) return;
  if (narrowed) {
    Texts accounts;
    for (const std::string& account : own.accounts)
      accounts.push_back(condition("recipientAccountId", wildcard_of(account)));
    f.conditions.push_back("(" + joined(accounts, "||") + ")&&(" + joined(acts, "||") + ")");
  } else {
    f.conditions.insert(f.conditions.end(), acts.begin(), acts.end());
  }
  f.conditions.insert(f.conditions.end(), entries.begin(), entries.end());
}

void add_principals(Filter& f, const Own& own) {
  for (const std::string& glob : own.principals) {
    const std::string text = wildcard_of(glob);
    if (const std::size_t hash = text.find('#'); hash != std::string::npos) {
      f.conditions.push_back(condition("userIdentity.onBehalfOf.userId", text.substr(hash + 1)));
      continue;
    }
    if (text.find(":role/") == std::string::npos) f.conditions.push_back(condition("userIdentity.arn", text));
    if (text.find("assumed-role/") == std::string::npos)
      f.conditions.push_back(condition("userIdentity.sessionContext.sessionIssuer.arn", text));
  }
}

void add_accounts(Filter& f, const Own& own) {
  Texts accounts;
  for (const std::string& account : own.accounts)
    accounts.push_back(condition("recipientAccountId", wildcard_of(account)));
  f.conditions.push_back("$.userIdentity.type!=AWSService&&(" + joined(accounts, "||") + ")");
  for (const std::string& account : own.accounts)
    f.conditions.push_back(condition("requestParameters.roleArn", "*:" + wildcard_of(account) + ":role/*"));
}

enum class Said : std::uint8_t { yes, alone, no };

// The pattern of a watch as a condition, if it is in this language.
Said add_pattern(Filter& f, const Own& own) {
  const auto parsed = pattern::parse_log_pattern(own.pattern);
  const auto* log = std::get_if<pattern::LogPattern>(&parsed);
  const std::size_t open = own.pattern.find_first_not_of(" \t\r\n");
  if (log == nullptr || open == std::string::npos) return Said::no;
  if (log->family != pattern::LogPattern::Family::json) return Said::alone;
  const std::size_t close = own.pattern.rfind('}');
  std::string inner = own.pattern.substr(open + 1, close - open - 1);
  std::replace_if(
      inner.begin(), inner.end(), [](char c) { return c == '\n' || c == '\r' || c == '\t'; }, ' ');
  const auto end = inner.find_last_not_of(' ');
  const auto begin = inner.find_first_not_of(' ');
  if (begin == std::string::npos) return Said::no;
  f.conditions.push_back("(" + inner.substr(begin, end - begin + 1) + ")");
  return Said::yes;
}

bool is_event_pattern(const std::string& text) {
  const std::size_t first = text.find_first_not_of(" \t\r\n");
  return first != std::string::npos && text[first] == '{' &&
         std::holds_alternative<pattern::EventPattern>(pattern::parse_event_pattern(text));
}

void append(Filter& to, const Filter& more) {
  to.conditions.insert(to.conditions.end(), more.conditions.begin(), more.conditions.end());
  to.names.insert(to.names.end(), more.names.begin(), more.names.end());
}

// Takes what has room, in order; what has none is left in `all`.
void fill(Filter& f, std::vector<Extra>& all) {
  std::vector<Extra> left;
  for (Extra& extra : all) {
    Filter tried = f;
    (extra.name.empty() ? tried.conditions : tried.names).push_back(extra.name.empty() ? extra.condition : extra.name);
    if (tried.fits()) {
      f = std::move(tried);
    } else {
      left.push_back(std::move(extra));
    }
  }
  all = std::move(left);
}

}  // namespace

Rendering cloudwatch_filters(const Needs& needs) {
  Rendering out;
  out.refused = needs.refused;
  Filter first = built_in(needs);
  Filter second;
  std::string alone;  // a filter of another family than JSON
  std::vector<Extra> more = extras(needs);
  for (const Own& own : needs.own) {
    const auto refuse = [&](std::string_view why) {
      out.refused.push_back("the watch `" + own.watch + "` " + std::string(why));
    };
    Filter made;
    const bool somebody = !own.roles.empty() || !own.principals.empty() || !own.accounts.empty();
    if (!own.pattern.empty()) {
      const Said said = is_event_pattern(own.pattern) ? Said::no : add_pattern(made, own);
      if (said == Said::alone) {
        if (alone.empty()) {
          alone = own.pattern;
        } else {
          refuse("has a pattern of terms, which needs a filter of its own, and the log group has no third");
        }
        continue;
      }
      if (said == Said::no && !somebody) {
        refuse("has a pattern for EventBridge, which a filter of CloudWatch Logs cannot say");
        continue;
      }
    }
    if (made.conditions.empty()) {
      if (!own.roles.empty()) {
        add_roles(made, own, needs);
      } else if (!own.principals.empty()) {
        add_principals(made, own);
      } else if (!own.accounts.empty()) {
        add_accounts(made, own);
      } else {
        made.names = event_names(own.mechanisms);
        std::erase_if(made.names, [&](const std::string& n) {
          return std::find(second.names.begin(), second.names.end(), n) != second.names.end();
        });
      }
    }
    Filter tried = first;
    append(tried, made);
    if (tried.fits()) {
      first = std::move(tried);
      continue;
    }
    tried = second;
    append(tried, made);
    if (tried.fits()) {
      second = std::move(tried);
    } else {
      refuse("has no room: a filter takes 1,024 characters and two regular expressions, a log group two filters");
    }
  }
  fill(first, more);
  if (!second.empty() && !alone.empty())
    out.refused.emplace_back(
        "a pattern of terms needs a filter of its own, and other watches have taken the second one");
  if (!second.empty()) fill(second, more);
  if (!first.empty()) out.parts.push_back({"filter", first.text()});
  if (!alone.empty() && second.empty()) out.parts.push_back({out.parts.empty() ? "filter" : "second", alone});
  if (!second.empty()) out.parts.push_back({out.parts.empty() ? "filter" : "second", second.text()});
  if (out.parts.empty() && out.refused.empty()) out.refused.emplace_back("nothing is watched");
  return out;
}

}  // namespace gw::filter
