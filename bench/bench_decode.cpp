// What the pipeline's workers do, by itself: every file of a folder, decoded and thrown away. Compare with `scan --all`.
//   bench_decode FOLDER
#include <sys/resource.h>

#include <cstdio>
#include <filesystem>
#include <fstream>
#include <string>
#include <vector>

#include "engine/pipeline/decode.h"

int main(int argc, char** argv) {
  if (argc != 2) return 2;
  namespace fs = std::filesystem;
  const auto watches = gw::watch::WatchSet::compile({});
  const auto settings =
      std::make_shared<const gw::pipeline::Settings>(gw::pipeline::Settings{watches.value(), {}, "", "", {}, false});
  gw::pipeline::Decoder decoder;
  gw::ports::RecordBooks books;
  std::size_t entries = 0;
  std::size_t chain = 0;
  for (const fs::directory_entry& entry : fs::recursive_directory_iterator(argv[1])) {
    if (!entry.is_regular_file()) continue;
    std::ifstream file(entry.path(), std::ios::binary);
    gw::ports::Delivery delivery;
    delivery.feed = "file";
    delivery.source = entry.path().string();
    delivery.bytes.resize(static_cast<std::size_t>(entry.file_size()));
    file.read(delivery.bytes.data(), static_cast<std::streamsize>(delivery.bytes.size()));
    delivery.received_at = *gw::parse_time("2027-01-01T00:00:00Z");
    const auto take = [&](const gw::pipeline::Batch& batch) {
      books += batch.records;
      entries += batch.entries.size();
      chain += batch.chain.size();
    };
    take(decoder.decode(delivery, settings, take));
  }
  struct rusage usage {};
  ::getrusage(RUSAGE_SELF, &usage);
  const double cpu = static_cast<double>(usage.ru_utime.tv_sec + usage.ru_stime.tv_sec) +
                     static_cast<double>(usage.ru_utime.tv_usec + usage.ru_stime.tv_usec) / 1e6;
  std::printf(
      "%llu records, %llu matched, %llu attached, %llu quarantined, %zu entries, %zu chain rows, %.3f s, %.0f a "
      "second\n",
      static_cast<unsigned long long>(books.decoded), static_cast<unsigned long long>(books.matched),
      static_cast<unsigned long long>(books.attached), static_cast<unsigned long long>(books.quarantined), entries,
      chain, cpu, static_cast<double>(books.decoded) / cpu);
  return books.balanced() ? 0 : 1;
}
