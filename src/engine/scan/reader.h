// One input → batches: opens, inflates, recognises, cuts into records, and has them judged.
// One Reader per thread; it owns the buffers of the thread and keeps them between inputs.
#pragma once

#include <cstddef>
#include <functional>
#include <memory>
#include <string>
#include <string_view>

#include "engine/scan/coverage.h"
#include "engine/scan/judge.h"
#include "engine/scan/prefilter.h"
#include "engine/scan/scan.h"
#include "engine/scan/teller.h"
#include "engine/scan/walk.h"

namespace gw::scan {

// How much memory one of `threads` readers may use for its buffers.
struct Budget {
  std::size_t input = 0;                     // compressed bytes read at once
  std::size_t inflated = 0;                  // inflated bytes, or the window of a stream
  bool large_pages = false;                  // they are used whole, so they are for few threads only
  std::size_t kept = std::size_t{16} << 20;  // of the inflated bytes' memory, between inputs that are in memory
  [[nodiscard]] static Budget of(unsigned threads);
};

class Reader {
 public:
  // Takes the batches of one input in order; the last call has `last` set. False: stop.
  using Tell = std::function<bool(Batch, bool last, Teller::Sizes)>;

  Reader(const Question& question, Budget budget);
  ~Reader();
  Reader(const Reader&) = delete;
  Reader& operator=(const Reader&) = delete;

  bool read(const Input& input, const Tell& tell);
  // The same for what an archive has fetched.
  bool read(const Input& input, const ports::Archive::Content& content, const Tell& tell);
  // The same for an input that is in memory; `path` is only its name.
  bool read(std::string_view bytes, const std::string& path, const Tell& tell);
  [[nodiscard]] const CoverageCounter& coverage() const;

 private:
  class Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace gw::scan
