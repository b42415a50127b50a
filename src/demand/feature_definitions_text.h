#pragma once

/// \file demand/feature_definitions_text.h
/// data/features/definitions.csv, as the build found it.

#include <string_view>

namespace shelfcast::demand {

[[nodiscard]] std::string_view feature_definitions_text() noexcept;

}  // namespace shelfcast::demand
