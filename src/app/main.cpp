#include <csignal>

#include "app/io.h"

int main(int argc, char** argv) {
  // A reader that goes away (head, less) is seen as a failed write, and ends the command quietly.
  (void)std::signal(SIGPIPE, SIG_IGN);
  return gw::app::run({argv + 1, argv + argc}, gw::app::process_io());
}
