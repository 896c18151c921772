#include <fcntl.h>

#include <csignal>

#include "app/io.h"

int main(int argc, char** argv) {
  // A reader that goes away (head, less) is seen as a failed write, and ends the command quietly.
  (void)std::signal(SIGPIPE, SIG_IGN);
  // A standard stream that was closed must not become the number of an input: what is opened here fails when it is used
  // (read from standard input, write to the others).
  for (const int fd : {0, 1, 2}) {
    if (::fcntl(fd, F_GETFD) == -1) (void)::open("/dev/null", fd == 0 ? O_WRONLY : O_RDONLY);
  }
  return gw::app::run({argv + 1, argv + argc}, gw::app::process_io());
}
