// The program of the Lambda package: the function's runtime and nothing else, so that the package stays small. It takes `lambda` and
// `version`, as the whole program does.
#include <csignal>
#include <string_view>

#include "app/daemon.h"
#include "app/io.h"

int main(int argc, char** argv) {
  (void)std::signal(SIGPIPE, SIG_IGN);
  const gw::app::Io io = gw::app::process_io();
  const std::string_view command = argc == 2 ? argv[1] : "";
  if (command == "version" || command == "--version") return gw::app::print(io, "glasswatch " GW_VERSION "\n");
  if (command == "lambda") return gw::app::run_lambda(io);
  gw::app::complain(io, "this package holds `glasswatch lambda` and `version` only");
  return gw::app::kUsage;
}
