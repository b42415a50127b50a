#pragma once

/// \file detection/wording.h
/// Numbers as people say them, for reasons. Pure, thread safe.

#include <cstdint>
#include <string>

namespace shelfcast::detection {

/// "45 min", "2 h 10 min", "3 days".
[[nodiscard]] std::string duration_words(std::int64_t duration_ms);
/// "12", "3.5": no more digits than mean something.
[[nodiscard]] std::string number_words(double value);
/// "2.4 times", "a third of", … of an expected value.
[[nodiscard]] std::string ratio_words(double ratio);

}  // namespace shelfcast::detection
