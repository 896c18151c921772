// scan's Reader inflates, recognises and cuts; a RecordJudge takes what it reads. Both are made anew for other settings.
#include "engine/pipeline/decode.h"

#include "domain/watch/watch_set.h"
#include "engine/pipeline/record_judge.h"

namespace gw::pipeline {
namespace {

constexpr std::size_t kMiB = std::size_t{1} << 20;

}  // namespace

struct Decoder::State {
  // Every record is read: what a session did is told by records that nobody looks for.
  static scan::Options whole() {
    scan::Options options;
    options.strict = true;
    return options;
  }
  State(const Settings& settings, scan::Budget budget, std::size_t part_weight)
      : prefilter(options, settings.watches.needs()),
        judge(settings, prefilter, part_weight),
        question{options, settings.watches, prefilter, SipKey{}, &judge},
        reader(question, budget) {}

  scan::Options options = whole();
  scan::Prefilter prefilter;
  RecordJudge judge;
  scan::Question question;
  scan::Reader reader;
};

// Log files and requests of all usual sizes are read whole.
scan::Budget Decoder::usual_budget() { return {4 * kMiB, 48 * kMiB, false}; }

Decoder::Decoder(scan::Budget budget, std::size_t part_weight) : budget_(budget), part_weight_(part_weight) {}
Decoder::~Decoder() = default;

Decoder::State& Decoder::state_of(const SettingsPtr& settings) {
  if (settings_ != settings) {
    state_.reset();  // it refers to the settings
    settings_ = settings;
    state_ = std::make_unique<State>(*settings_, budget_, part_weight_);
  }
  return *state_;
}

Batch Decoder::decode_file(const scan::Input& input, Time now, const SettingsPtr& settings, const Part& part,
                           File& file) {
  State& s = state_of(settings);
  ports::Delivery delivery;
  delivery.feed = "file";
  delivery.source = input.path;
  delivery.received_at = now;
  delivery.from_trail = true;
  s.judge.start(delivery, part);
  (void)s.reader.read(input, [&](scan::Batch read, bool last, scan::Teller::Sizes sizes) {
    for (const scan::Quarantine& what : read.quarantined) s.judge.unreadable(what.reason);
    if (last) file = {sizes.bytes_in, sizes.bytes_out, sizes.failed};
    return true;
  });
  Batch batch = s.judge.take();
  batch.delivery.settled = 1;
  return batch;
}

Batch Decoder::decode(const ports::Delivery& delivery, const SettingsPtr& settings, const Part& part) {
  State& s = state_of(settings);
  bool handed_on = false;
  bool failed = false;
  const Part noting = [&](Batch batch) {
    handed_on = true;
    part(std::move(batch));
  };
  s.judge.start(delivery, noting);
  if (!delivery.problem.empty()) {
    s.judge.unreadable(delivery.problem);
    Batch batch = s.judge.take();
    batch.delivery = {1, 0, 1};
    return batch;
  }
  const scan::Reader::Tell tell = [&](scan::Batch read, bool, scan::Teller::Sizes) {
    for (const scan::Quarantine& what : read.quarantined) {
      s.judge.unreadable(what.reason);
      failed = true;
    }
    return true;
  };
  (void)(delivery.file.empty() ? s.reader.read(delivery.bytes, delivery.source, tell)
                               : s.reader.read(scan::Input{delivery.file, {}}, tell));
  Batch last = s.judge.take();
  last.delivery.settled = 1;
  if (failed) last.delivery.quarantined = 1;
  if (!failed && !handed_on && last.records.decoded == 0) last.delivery.non_record = 1;
  return last;
}

}  // namespace gw::pipeline
