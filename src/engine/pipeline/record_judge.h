// Takes every record of one delivery from the reader and makes what is stored of it. Internal to this folder; one a thread.
#pragma once

#include <array>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

#include "base/json/doc.h"
#include "domain/model/access_event.h"
#include "domain/model/record.h"
#include "engine/pipeline/batch.h"
#include "engine/pipeline/settings.h"
#include "engine/pipeline/suspicion.h"
#include "engine/ports/source.h"
#include "engine/scan/judge.h"
#include "engine/scan/prefilter.h"

namespace gw::pipeline {

class RecordJudge final : public scan::RecordHook {
 public:
  using Part = std::function<void(Batch)>;

  // What it refers to outlives it.
  RecordJudge(const Settings& settings, const scan::Prefilter& prefilter, std::size_t part_weight)
      : settings_(settings), prefilter_(prefilter), part_weight_(part_weight), suspicion_(settings.watches) {}

  // Before and after a delivery. `part` takes what is too heavy to be kept until its end.
  void start(const ports::Delivery& delivery, const Part& part);
  [[nodiscard]] Batch take();
  // The delivery as a whole, or what is left of it, cannot be read.
  void unreadable(const std::string& reason);

  void begin() override;
  void record(const model::Record& record, std::string_view feed, const std::string& path, std::uint64_t number,
              std::uint64_t offset) override;
  void quarantined(const scan::Quarantine& what, std::string_view text) override;
  [[nodiscard]] bool may_skim(const model::Record& record) override;
  void skimmed(const model::Record& record, std::string_view feed, std::uint64_t number) override;
  void other_kind() override;

 private:
  [[nodiscard]] bool may_act(const model::Record& record);
  [[nodiscard]] bool is_allowed(const model::Record& record);
  [[nodiscard]] std::string why_not_allowed(const model::Record& record) const;
  void sight(std::string_view account, std::string_view region, std::optional<Time> time, std::string_view feed);
  // The entries of a record, of any reading of it. True when there are some.
  bool keep(const model::Record& record, std::string_view feed, std::uint64_t number);
  bool read(const model::Record& record, std::string_view feed, std::uint64_t number, bool duplicates);
  bool read_duplicates(const model::Record& record, std::string_view feed, std::uint64_t number);
  void fill(model::AccessEvent& event, const model::Record& record, std::string_view feed, std::uint64_t number,
            bool duplicates) const;
  void note_kept(const model::Record& record, std::size_t first);
  void note_chain(const model::Record& record);
  void set_event_key(const model::Record& record);
  void quarantine(std::string reason, std::string_view event_id, std::string_view text, std::size_t size);
  void suspect(std::string_view text, std::string_view known = {});  // what was quarantined last
  void hand_on();

  const Settings& settings_;
  const scan::Prefilter& prefilter_;
  const std::size_t part_weight_;
  const Suspicion suspicion_;
  const ports::Delivery* delivery_ = nullptr;
  const Part* part_ = nullptr;

  Batch batch_;
  std::uint64_t number_ = 0;     // of the last record
  std::uint64_t handed_on_ = 0;  // the number of the last record in a part that has left
  bool ignored_ = false;         // the last reading was taken out by an ignore rule
  bool set_aside_ = false;       // the record was quarantined instead of being judged
  std::uint64_t undecodable_ = 0;
  std::size_t undecodable_size_ = 0;
  std::string undecodable_why_;
  std::string undecodable_key_;

  json::Doc variant_doc_;
  model::AccessEvent access_;
  model::AccessEvent actor_;
  std::string event_key_;
  std::string content_;
  // Whether anybody watches an actor: they come again and again.
  struct Actor {
    std::string arn;
    std::string issuer_arn;
    std::string account;
    model::MechanismSet also;
    bool is_person = false;
    bool is_known = false;
    bool may_act = false;
  };
  std::array<Actor, 256> actors_;
  // Of the record before: records of one delivery share them.
  std::string allowed_account_;
  bool allowed_ = false;
  std::size_t sighting_ = 0;
};

}  // namespace gw::pipeline
