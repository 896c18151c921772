// The daemon's commands, as plain data. Internal to app.
#pragma once

#include <string>

#include "app/io.h"
#include "base/result.h"

namespace gw::app {

struct ServeArguments {
  std::string config;
  std::string listen;      // instead of http.listen
  std::string log_format;  // text or json; empty: text on a terminal
  bool once = false;       // what the sources hold, then exit
  bool demo = false;       // a stand-in for Slack, and the page that shows what it got
};
[[nodiscard]] int run_serve(const ServeArguments& arguments, const Io& io);

[[nodiscard]] int run_lambda(const Io& io);

struct RouteArguments {
  std::string config;
  std::string account;
  std::string role;
  std::string principal;
  std::string source_ip;
  std::string mechanism = "identity_center_console";
  std::string outcome = "success";
  std::string expect;  // receivers, or `nobody`
};
[[nodiscard]] int run_route_test(const RouteArguments& arguments, const Io& io);
[[nodiscard]] int run_receivers_check(const std::string& config, const Io& io);

struct StoreArguments {
  std::string config;
  std::string store;
  std::string to;
};
[[nodiscard]] Result<std::string> store_of(const StoreArguments& arguments, const Io& io);
[[nodiscard]] int run_store_check(const StoreArguments& arguments, const Io& io);
[[nodiscard]] int run_store_backup(const StoreArguments& arguments, const Io& io);
[[nodiscard]] int run_store_migrate(const StoreArguments& arguments, const Io& io);

struct ReportArguments {
  StoreArguments store;
  std::string from;
  std::string to;
  std::string as_of;
  std::string account;
  std::string role;
  std::string watch;
  std::string session;
  std::string format = "html";
  std::string output;
};
[[nodiscard]] int run_report(const ReportArguments& arguments, const Io& io);

struct CompareArguments {
  StoreArguments store;
  std::string with;
  std::string from;
  std::string to;
  std::string format;
};
[[nodiscard]] int run_compare(const CompareArguments& arguments, const Io& io);

}  // namespace gw::app
