#include "tests/store/kill.h"

#include <gtest/gtest.h>

TEST(Kill, WhatWasAcknowledgedIsThere) { gw::faults::kill_writers(6, 1); }
