// What a file is follows from its content. Evidence is gathered first and written at the end, because its order does not follow
// from its names; log files go through the daemon's own pipeline, with settings that tell nobody.
#include "app/import_command.h"
#include "app/directory_file.h"

#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <filesystem>
#include <memory>
#include <thread>

#include "app/daemon.h"
#include "app/daemon_parts.h"
#include "app/import_books.h"
#include "app/import_evidence.h"
#include "app/line_reader.h"
#include "app/scan_archive.h"
#include "app/wiring.h"
#include "edge/store/sqlite/store.h"
#include "engine/pipeline/pipeline.h"
#include "engine/scan/walk.h"

namespace gw::app {
namespace {

bool is_regular(const std::string& path) {
  struct stat status {};
  return ::stat(path.c_str(), &status) != 0 ||
         S_ISREG(status.st_mode);  // one that is not there says so when it is read
}

class Import {
 public:
  Import(const ImportArguments& arguments, const Io& io)
      : arguments_(arguments), io_(io), books_(io, arguments.verbose) {}

  int run() {
    const Time begin = io_.now();
    std::uint64_t tolerated = 0;
    if (!read_arguments(tolerated)) return kUsage;
    if (const Status open = open_store(); !open) {
      complain(io_, open.error().message);
      return open.error().code == Errc::invalid_input ? kUsage : kOutside;
    }
    read_all();
    std::set<int> codes;
    if (const Status done = finish(); !done) {
      complain(io_, done.error().message);
      codes.insert(kOutside);
    }
    books_.end_of_list();
    if (books_.refused() > tolerated) codes.insert(kUnreadable);
    if (const int written = print(io_, books_.line()); written != kDone) codes.insert(written);
    if (codes.empty()) codes.insert(kDone);
    if (arguments_.stats) (void)write_all(io_.err, books_.stats(codes, io_.now().micros - begin.micros));
    return *codes.rbegin();
  }

 private:
  bool read_arguments(std::uint64_t& tolerated) {
    const std::string& n = arguments_.max_quarantined;
    const bool digits = n.size() < 16 && std::all_of(n.begin(), n.end(), [](char c) { return c >= '0' && c <= '9'; });
    if (!digits) complain(io_, "--max-quarantined: `" + n + "` is no number");
    if (digits && !n.empty()) tolerated = std::stoull(n);
    const bool piped = std::find(arguments_.paths.begin(), arguments_.paths.end(), "-") != arguments_.paths.end();
    if (piped) complain(io_, "standard input is not imported: name files, folders or s3://bucket/prefix");
    return digits && !piped;
  }

  Status open_store() {
    auto config = load_daemon_config(arguments_.config, io_);
    if (!config) return Error{Errc::invalid_input, "the configuration cannot be used"};
    auto settings = make_settings(*config, io_, kept_directory(config->daemon));
    if (!settings) return std::move(settings).error();
    pipeline::Settings quiet = **settings;
    quiet.backfill = true;
    quiet.route = {};
    settings_ = std::make_shared<const pipeline::Settings>(std::move(quiet));
    StoreArguments named;
    named.config = arguments_.config;
    named.store = arguments_.store;
    const auto path = store_of(named, io_);
    if (!path) return path.error();
    std::error_code error;
    if (const auto folder = std::filesystem::path(*path).parent_path(); !folder.empty())
      std::filesystem::create_directories(folder, error);
    auto store = sqlite::open(*path);
    if (!store) return Error{Errc::unavailable, store.error().message};
    store_ = std::move(*store);
    counted_ = std::make_unique<CountedStore>(*store_, books_);
    return ok();
  }

  void read_all() {
    scan::Options options;
    options.paths = arguments_.paths;
    options.now = io_.now();
    const std::unique_ptr<ScanArchive> archive = make_scan_archive(options, io_);
    scan::Walk walk(arguments_.paths, archive == nullptr ? nullptr : &archive->archive());
    while (const auto input = walk.next()) {
      if (!input->problem.empty()) {
        books_.refuse(input->path, input->problem);
      } else if (input->is_remote) {
        auto content = archive->archive().fetch(input->path);
        if (content) {
          take(input->path, std::move(*content), "s3");
        } else {
          books_.refuse(input->path, content.error().message);
        }
      } else {
        take(input->path, {{}, input->path}, "file");
      }
    }
    // What was taken is committed before the archive, whose files it reads, goes.
    if (pipeline_ != nullptr) pipeline_->stop();
  }

  // A file that was fetched is removed in the end, one of the caller's is not.
  void take(const std::string& path, ports::Archive::Content content, const std::string& feed) {
    const bool is_ours = feed == "s3" && !content.file.empty();
    if (!content.file.empty() && !is_regular(content.file)) {
      // What a file is follows from its beginning, and then it is read again: of a pipe the beginning would be lost.
      books_.refuse(path, "not a regular file: write it into one first");
      return;
    }
    lines_.open(content.file, content.bytes);
    const bool is_evidence = store::looks_like_evidence(lines_.beginning());
    books_.add_file(is_evidence);
    if (!is_evidence) return submit(path, std::move(content), feed, is_ours);
    read_evidence(path);
    if (is_ours) ::unlink(content.file.c_str());
  }

  void read_evidence(const std::string& path) {
    std::string line;
    bool too_long = false;
    for (std::uint64_t number = 1; lines_.next(line, too_long); ++number) {
      if (line.find_first_not_of(" \t\r") == std::string::npos && !too_long) continue;
      const std::string place = path + ":" + std::to_string(number);
      if (too_long) {
        books_.refuse(place, "it is longer than 16 MiB");
        continue;
      }
      auto fact = store::parse_evidence(line);
      if (fact) {
        evidence_.add(std::move(*fact));
      } else {
        books_.refuse(place, fact.error().message);
      }
    }
    if (!lines_.problem().empty()) books_.refuse(path, lines_.problem());
  }

  void submit(const std::string& path, ports::Archive::Content content, const std::string& feed, bool is_ours) {
    if (pipeline_ == nullptr) {
      pipeline::Config config;
      config.workers = std::max(1u, std::thread::hardware_concurrency());
      fill_horizon(*store_, horizon_, io_.now());
      pipeline_ = std::make_unique<pipeline::Pipeline>(
          config, *counted_, [this] { return settings_; }, io_.now, &horizon_);
    }
    ports::Delivery delivery;
    delivery.feed = feed;
    delivery.source = path;
    delivery.bytes = std::move(content.bytes);
    delivery.file = content.file;
    delivery.received_at = io_.now();
    delivery.from_trail = true;  // as a scan reads it: whoever names an archive says that it is one
    delivery.settle = [this, file = is_ours ? content.file : std::string()](ports::Settled settled) {
      if (!file.empty()) ::unlink(file.c_str());
      if (settled == ports::Settled::unavailable) ++given_back_;
    };
    if (!pipeline_->submit(delivery, {})) {
      ++given_back_;
      if (is_ours) ::unlink(content.file.c_str());
    }
  }

  Status finish() {
    if (pipeline_ != nullptr) {
      if (const Status health = pipeline_->health(); !health) return Error(health.error()).in("the store");
      if (given_back_ > 0)
        return Error{Errc::unavailable,
                     "the store did not take " + std::to_string(given_back_) + " files: import again"};
    }
    const auto counts = evidence_.write(*store_, io_.now());
    if (!counts) return Error(counts.error()).in("the store");
    books_.add(*counts);
    return ok();
  }

  const ImportArguments& arguments_;
  const Io& io_;
  ImportBooks books_;
  EvidenceSet evidence_;
  LineReader lines_;
  pipeline::SettingsPtr settings_;
  std::unique_ptr<ports::Store> store_;
  std::unique_ptr<CountedStore> counted_;
  pipeline::Horizon horizon_;
  std::atomic<std::uint64_t> given_back_ = 0;
  std::unique_ptr<pipeline::Pipeline> pipeline_;
};

}  // namespace

int run_import(const ImportArguments& arguments, const Io& io) {
  ::umask(::umask(0) | 027);  // the store is nobody else's
  return Import(arguments, io).run();
}

}  // namespace gw::app
