#pragma once

/// \file cli/version.h
/// The program's version.

namespace shelfcast::cli {

inline constexpr const char* kVersion = "0.1.0";

}  // namespace shelfcast::cli
