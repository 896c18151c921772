// What every store has to show; see engine/ports/store.h for the words. Include it in one file, and instantiate it:
//
//   INSTANTIATE_TEST_SUITE_P(Sqlite, StoreSuite, testing::Values(StoreKind{"sqlite", make_place}), kind_name);
//
// Each test opens stores of its own at a place of its own. Nothing asks for more than one conditional write for each session
// gives: no test commits to several sessions and expects either all or none of them after a failure.
#pragma once

#include "tests/conformance/store_suite_commit.h"
#include "tests/conformance/store_suite_events.h"
#include "tests/conformance/store_suite_outbox.h"
#include "tests/conformance/store_suite_read.h"

namespace gw::conformance {

inline std::string kind_name(const testing::TestParamInfo<StoreKind>& info) { return info.param.name; }

}  // namespace gw::conformance
