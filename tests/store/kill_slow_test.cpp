#include <gtest/gtest.h>

#include "tests/store/kill.h"

TEST(KillForLong, WhatWasAcknowledgedIsThere) { gw::faults::kill_writers(200, 2); }
