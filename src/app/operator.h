// Commands that ask a running glasswatch, or its store, as plain data. Internal to app.
#pragma once

#include <string>
#include <vector>

#include "app/api.h"
#include "app/io.h"

namespace gw::app {

struct OperatorArguments {
  ApiArguments api;
  std::string format;  // table, json, jsonl; empty: table on a terminal, else jsonl
  std::string id;
  std::string note;
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
  std::string limit = "100";
};

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
