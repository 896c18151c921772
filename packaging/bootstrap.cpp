// `bootstrap` of the Lambda package: starts lib/glasswatch with the loader and the libraries that lie beside it, so that it does not
// matter which C library, if any, the function's image has. Linked statically; looks nothing up: neither /proc nor a shell has to
// be there. Without arguments, as Lambda calls it, `glasswatch lambda`.
#include <sys/auxv.h>
#include <unistd.h>

#include <cstring>
#include <string>
#include <string_view>
#include <vector>

int main(int argc, char** argv) {
  // The path that was given to the kernel.
  const auto* const self = reinterpret_cast<const char*>(::getauxval(AT_EXECFN));
  const std::string_view path = self == nullptr ? argv[0] : self;
  const std::size_t slash = path.rfind('/');
  const std::string lib = std::string(slash == std::string_view::npos ? "." : path.substr(0, slash)) + "/lib";
  const std::string loader = lib + "/" GW_LOADER;
  const std::string program = lib + "/glasswatch";
  std::vector<std::string> words = {loader, "--library-path", lib, "--argv0", "glasswatch", program};
  for (int i = 1; i < argc; ++i) words.emplace_back(argv[i]);
  if (argc < 2) words.emplace_back("lambda");
  std::vector<char*> out;
  for (std::string& word : words) out.push_back(word.data());
  out.push_back(nullptr);
  (void)::execv(loader.c_str(), out.data());
  static constexpr std::string_view kFailed = "bootstrap: lib/" GW_LOADER " beside it cannot be started\n";
  (void)!::write(2, kFailed.data(), kFailed.size());
  return 127;
}
