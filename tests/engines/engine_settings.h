#pragma once

/// \file tests/engines/engine_settings.h
/// How a test reaches the engines that were started for it (tools/engines).

#include <string>
#include <string_view>

namespace shelfcast::tests {

/// The value of a name in the file that SHELFCAST_ENGINES names, "SHELFCAST_TEST_KAFKA" say. Ends
/// the test program with a message when it is not there: an engine that is away is a failure.
[[nodiscard]] std::string engine_setting(std::string_view name);

}  // namespace shelfcast::tests
