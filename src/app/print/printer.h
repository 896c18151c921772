// Findings in the formats of `scan --format`. A printer appends to a buffer; the caller writes it out. Everything that came
// from a record is neutralised for where it is shown.
#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "domain/model/access_event.h"

namespace gw::app {

enum class Format : unsigned char { table, jsonl, json, csv, ocsf };

class Printer {
 public:
  virtual ~Printer() = default;
  virtual void begin(std::string& out) = 0;  // what comes before the first finding
  virtual void finding(std::string& out, const model::AccessEvent& event) = 0;
  // Formats that are made of the wire form take it as it is.
  [[nodiscard]] virtual bool takes_wire() const { return false; }
  virtual void wire(std::string& out, std::string_view access_json) { out += access_json; }
  virtual void end(std::string& out) = 0;
};

// `columns` and `colour` matter to tables only.
[[nodiscard]] std::unique_ptr<Printer> make_printer(Format format, unsigned columns, bool colour);

// Who, for a person: the name with its id or ARN where that says more.
[[nodiscard]] std::string who(const model::AccessEvent& event);

}  // namespace gw::app
