// The floor under every search: reads the files of folders in order, inflates each with libdeflate into one buffer that is
// used again, checks the checksum and throws the bytes away. Files inflate to at most 64 MiB here.
#include <fcntl.h>
#include <libdeflate.h>
#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <filesystem>
#include <string>
#include <vector>

namespace {

namespace fs = std::filesystem;

constexpr std::size_t kInput = std::size_t{16} << 20;
constexpr std::size_t kOutput = std::size_t{64} << 20;

struct Inflater {
  libdeflate_decompressor* decompressor = libdeflate_alloc_decompressor();
  std::vector<char> in = std::vector<char>(kInput);
  std::unique_ptr<char[]> out = std::make_unique_for_overwrite<char[]>(kOutput);
  std::size_t total = 0;
  bool good = true;

  void file(const fs::path& path) {
    const int fd = ::open(path.c_str(), O_RDONLY);
    if (fd < 0) {
      good = false;
      return;
    }
    std::size_t size = 0;
    for (ssize_t n = 0; (n = ::read(fd, in.data() + size, in.size() - size)) > 0;) size += static_cast<std::size_t>(n);
    ::close(fd);
    std::size_t made = 0;
    if (libdeflate_gzip_decompress(decompressor, in.data(), size, out.get(), kOutput, &made) != LIBDEFLATE_SUCCESS)
      good = false;
    total += made;
  }
  void walk(const fs::path& path) {
    if (!fs::is_directory(path)) return file(path);
    std::vector<fs::path> entries;
    for (const auto& entry : fs::directory_iterator(path)) entries.push_back(entry.path());
    std::sort(entries.begin(), entries.end());
    for (const auto& entry : entries) walk(entry);
  }
};

}  // namespace

int main(int argc, char** argv) {
  Inflater inflater;
  for (int i = 1; i < argc; ++i) inflater.walk(argv[i]);
  std::printf("%zu bytes\n", inflater.total);
  return inflater.good ? 0 : 1;
}
