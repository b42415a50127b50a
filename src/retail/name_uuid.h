#pragma once

/// \file retail/name_uuid.h
/// The same UUID for the same name, so that what is found again is known again.

#include <string_view>

#include "retail/column_block.h"

namespace shelfcast::retail {

/// Version 8 (RFC 9562, 5.8): 122 bits of XXH3 of the name.
[[nodiscard]] Uuid uuid_of_name(std::string_view name) noexcept;

}  // namespace shelfcast::retail
