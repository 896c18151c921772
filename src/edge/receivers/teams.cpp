#include "edge/receivers/teams.h"

#include <algorithm>
#include <array>

#include "base/json/write.h"
#include "base/utf8.h"
#include "edge/receivers/slack_text.h"
#include "edge/receivers/summary.h"

namespace gw::receivers {
namespace {

using ports::Message;
using ports::SendResult;
using ports::SendVerdict;
using std::chrono::milliseconds;

void member(std::string& out, std::string_view name, std::string_view value) {
  if (out.back() != '{') out.push_back(',');
  json::append_string(out, name);
  out.push_back(':');
  json::append_string(out, value);
}

void text_block(std::string& out, std::string_view text, std::string_view more = {}) {
  if (text.empty()) return;
  if (out.back() != '[') out.push_back(',');
  out += "{";
  member(out, "type", "TextBlock");
  member(out, "text", text);
  out += ",\"wrap\":true";
  out += more;
  out += "}";
}

std::string_view look_alike(char c) {
  switch (c) {
    case '<': return "\uff1c";
    case '>': return "\uff1e";
    case '&': return "\uff06";
    case '*': return "\u2217";
    case '_': return "\uff3f";
    case '~': return "\u223c";
    case '`': return "\u02cb";
    case '[': return "\uff3b";
    case ']': return "\uff3d";
    case '\\': return "\uff3c";
    case '|': return "\uff5c";
    default: return {};
  }
}

// Would the line be a list, a heading or a rule?
bool starts_block(std::string_view text) {
  if (text.empty()) return false;
  if (std::string_view("-+#=").find(text[0]) != std::string_view::npos) return true;
  const std::size_t digits = text.find_first_not_of("0123456789");
  return digits != 0 && digits != std::string_view::npos && (text[digits] == '.' || text[digits] == ')');
}

// What a budget for each text, and for the lines together, makes of it.
std::string build(const Summary& s, std::size_t each, std::size_t lines) {
  std::string out = R"({"type":"message","summary":)";
  json::append_string(out, card_text(one_line(s), each));
  out += R"(,"attachments":[{"contentType":"application/vnd.microsoft.card.adaptive","contentUrl":null,"content":)"
         R"({"$schema":"http://adaptivecards.io/schemas/adaptive-card.json","type":"AdaptiveCard","version":"1.4",)"
         R"("msteams":{"width":"Full"},"body":[)";
  const bool is_grave = s.severity >= model::Severity::high;
  text_block(
      out, card_text(s.title, each),
      is_grave ? R"(,"weight":"Bolder","size":"Medium","color":"Attention")" : R"(,"weight":"Bolder","size":"Medium")");
  text_block(out, card_text(s.headline, each));
  std::string more;
  std::size_t shown = 0;
  for (const std::string& line : s.lines) {
    const std::string text = card_text(line, each);
    if (more.size() + text.size() > lines) break;
    more += (more.empty() ? "" : "\n\n") + text;
    ++shown;
  }
  if (shown < s.lines.size())
    more += (more.empty() ? "" : "\n\n") + std::string("and ") + std::to_string(s.lines.size() - shown) + " more";
  text_block(out, more);
  out += R"(,{"type":"FactSet","facts":[)";
  const auto fact = [&](std::string_view title, std::string_view value) {
    if (value.empty()) return;
    if (out.back() != '[') out.push_back(',');
    out.push_back('{');
    member(out, "title", title);
    member(out, "value", value);
    out.push_back('}');
  };
  fact("Severity", to_string(s.severity));
  for (const SummaryRow& row : s.rows) fact(card_text(row.label, 60), card_text(row.text, each));
  fact("Acknowledge", card_text(s.acknowledge, each));
  fact("Ref", card_text(s.subject, 60));
  out += R"(]}],"actions":[)";
  for (const SummaryRow& one : s.links) {
    if (out.back() != '[') out.push_back(',');
    out.push_back('{');
    member(out, "type", "Action.OpenUrl");
    member(out, "title", one.label);
    member(out, "url", one.text);
    out.push_back('}');
  }
  return out + "]}}]}";
}

// The connectors of old answered 200 and said in words that the post had failed; some workflows pass that on.
std::optional<int> status_in_words(std::string_view body) {
  constexpr std::string_view kWords = "HTTP error ";
  const std::size_t at = body.find(kWords);
  if (at == std::string_view::npos) return std::nullopt;
  int status = 0;
  for (const char c : body.substr(at + kWords.size(), 3)) {
    if (c < '0' || c > '9') return std::nullopt;
    status = status * 10 + (c - '0');
  }
  return status;
}

}  // namespace

std::string card_text(std::string_view text, std::size_t limit) {
  const std::string shown = piece(text, std::max<std::size_t>(limit, 8));
  std::string out = starts_block(shown) ? "\u00a0" : "";
  for (std::size_t i = 0; i < shown.size();) {
    const std::size_t size = next_utf8(shown, i).length;
    const std::string_view other = size == 1 ? look_alike(shown[i]) : std::string_view();
    if (!other.empty()) {
      out += other;
    } else if (const Unlinked link = unlinked_at(shown, i); link.length > 0) {
      out += link.text;
      i += link.length;
      continue;
    } else if (shown.compare(i, 2, "{{") == 0) {
      out += "\uff5b";  // {{DATE(…)}} would be worked out
    } else {
      out.append(shown, i, size);
    }
    i += size;
  }
  return out;
}

std::string teams_card(const Message& message) {
  const Summary summary = summary_of(message);
  struct Budget {
    std::size_t each;
    std::size_t lines;
  };
  constexpr std::array<Budget, 4> kBudgets = {{{400, 9000}, {250, 4000}, {100, 1500}, {40, 0}}};
  std::string out;
  for (const Budget& budget : kBudgets) {
    out = build(summary, budget.each, budget.lines);
    if (out.size() <= kTeamsLimit) break;
  }
  return out;
}

ports::Receiver::Traits Teams::traits() const {
  Traits t;
  t.threads = true;  // so that facts of a session come together
  t.pause = milliseconds(1000);
  t.digests_only = true;
  return t;
}

SendResult Teams::send(const Message& message, milliseconds deadline) {
  const Result<std::string> url = config_.webhook_url();
  if (!url) return retry("webhook_url: " + url.error().message);
  Result<Reply> reply = post_(*url, {{"content-type", "application/json"}}, teams_card(message), deadline);
  SendResult result = judge_service(reply, message.now);
  if (result.verdict == SendVerdict::accepted) {
    if (const std::optional<int> status = status_in_words(reply->body); status && (*status < 200 || *status > 299)) {
      reply->status = *status;
      result = judge(reply, message.now);
      result.reason += ", in words";
      return result;
    }
    result.reference = result.reason;
    for (const ports::Claim& claim : message.facts) {
      if (!claim.session) continue;
      result.thread = model::Thread{config_.name, claim.session->id, {}, {}, message.now, 0};
      break;
    }
  }
  return result;
}

SendResult Teams::check(milliseconds) {
  const Result<std::string> url = config_.webhook_url();
  if (!url) return refused("webhook_url: " + url.error().message);
  if (!url->starts_with("https://") && !url->starts_with("http://")) return refused("webhook_url is no URL");
  SendResult result;
  result.verdict = SendVerdict::accepted;
  result.reason = "a workflow cannot be tried without posting";
  return result;
}

}  // namespace gw::receivers
