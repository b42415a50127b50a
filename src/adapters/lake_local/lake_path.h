#pragma once

/// \file adapters/lake_local/lake_path.h
/// Where a file lies in the lake, and what its path says. Pure.

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/ids.h"
#include "base/result.h"
#include "ports/lake.h"

namespace shelfcast::adapters::lake_local {

/// `retail_events/business_date=2026-11-22/part-00000007-0001.parquet`, or below `_rejected/` with
/// `log_date=`. Error: kInvalidInput for a topic that cannot be a folder's name, or a date outside
/// 1970-01-01 to 2149-06-06 (what a Date column holds).
[[nodiscard]] Result<std::string> data_path(const ports::LakeFolder& folder,
                                            const ports::LakeFileName& name);

/// The name in a path that data_path() makes; nothing for any other path.
[[nodiscard]] std::optional<ports::LakeFileName> name_of(std::string_view path);

/// `_manifest/v0000000012.json`.
[[nodiscard]] std::string manifest_path(std::uint64_t version);

/// The version in a path that manifest_path() makes; nothing for any other path.
[[nodiscard]] std::optional<std::uint64_t> manifest_version(std::string_view path);

/// The file that a temporary one (`FILE.tmp`, `FILE.0.tmp`) was to become; nothing for a path of
/// another form.
[[nodiscard]] std::optional<std::string_view> temporary_of(std::string_view path);

inline constexpr std::string_view kManifestFolder = "_manifest";

}  // namespace shelfcast::adapters::lake_local
