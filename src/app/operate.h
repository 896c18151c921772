// What the commands have in common that ask a glasswatch: their arguments, how they ask, and how answers are shown. Everything
// shown in a table is neutralised; JSON is shown as it came, which is escaped. Internal to app.
#pragma once

#include <functional>
#include <initializer_list>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "app/api.h"
#include "app/io.h"
#include "base/json/doc.h"

namespace gw::app {

struct OperatorArguments {
  ApiArguments api;
  std::string format;  // table, json, jsonl; empty: table on a terminal, else jsonl
  std::string id;
  std::string note;
  std::string ticket;
  std::string response;  // what it is said as; empty: acknowledged
  bool open = false;
  bool unacknowledged = false;
  bool all = false;
  std::string since;
  std::string watch;
  std::string account;
  std::string session;
  std::string reason;
  std::string until;
  std::string receiver;
  std::string state;
  unsigned limit = 100;
};

using Cells = std::vector<std::string>;
// Left-aligned columns, two blanks between them.
void append_table(std::string& out, const std::vector<Cells>& rows);
// A value for a cell: its text, visible; `-` for nothing.
[[nodiscard]] std::string cell(json::Value value);

[[nodiscard]] bool as_table(const OperatorArguments& arguments, const Io& io);

// Complains, and answers the exit code: kUsage for what the caller can mend, else kOutside.
[[nodiscard]] int failed(const Io& io, const Error& error);
// Asks, and complains about any answer but 2xx.
[[nodiscard]] int ask(const Api& api, const Io& io, std::string_view method, const std::string& target,
                      const std::string& body, ApiAnswer& answer);
// Parses an answer; complains when it is no JSON.
[[nodiscard]] int parse_answer(const ApiAnswer& answer, const Io& io, json::Doc& doc);

// A list, page by page, up to --limit items.
[[nodiscard]] int show_list(const OperatorArguments& arguments, const Io& io, const std::string& target,
                            const Cells& head, const std::function<Cells(json::Value)>& row);
// One request to a server; its answer is shown as it came, or as `done` where people look.
[[nodiscard]] int act(const OperatorArguments& arguments, const Io& io, std::string_view method,
                      const std::string& target, const std::string& body, const std::string& done);

// `?a=b&c=d` without what is empty.
[[nodiscard]] std::string query(std::initializer_list<std::pair<std::string_view, std::string>> parameters);
// A JSON object of texts without what is empty.
[[nodiscard]] std::string body_of(std::initializer_list<std::pair<std::string_view, std::string>> members);

[[nodiscard]] int run_sessions_list(const OperatorArguments& arguments, const Io& io);
[[nodiscard]] int run_sessions_show(const OperatorArguments& arguments, const Io& io);
[[nodiscard]] int run_ack(const OperatorArguments& arguments, const Io& io);
[[nodiscard]] int run_mute_add(const OperatorArguments& arguments, const Io& io);
[[nodiscard]] int run_mute_list(const OperatorArguments& arguments, const Io& io);
[[nodiscard]] int run_mute_remove(const OperatorArguments& arguments, const Io& io);
[[nodiscard]] int run_outbox_list(const OperatorArguments& arguments, const Io& io);
[[nodiscard]] int run_outbox_retry(const OperatorArguments& arguments, const Io& io);
[[nodiscard]] int run_quarantine_list(const OperatorArguments& arguments, const Io& io);
[[nodiscard]] int run_quarantine_show(const OperatorArguments& arguments, const Io& io);
[[nodiscard]] int run_quarantine_replay(const OperatorArguments& arguments, const Io& io);
[[nodiscard]] int run_alert_test(const OperatorArguments& arguments, const Io& io);

}  // namespace gw::app
