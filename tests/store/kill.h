// Kills a process that writes to a store, again and again.
#pragma once

namespace gw::faults {

// Each round a child commits and marks as fast as it can and says what was answered ok; it is killed at a random moment, and
// everything that it had said is looked for. Reports failures to GoogleTest.
void kill_writers(int rounds, unsigned seed);

}  // namespace gw::faults
