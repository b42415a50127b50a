#pragma once

/// \file adapters/lake_local/manifest_text.h
/// A manifest as text: JSON that any tool reads, with a checksum by which damage shows. Pure.
///
/// The first line is `{"checksum":"<XXH3-128 of the manifest object, 32 hexadecimal digits>",`, the
/// rest
/// `"manifest":{…}}` and a line feed. The checksum covers the bytes of the inner object as written.

#include <string>
#include <string_view>

#include "base/result.h"
#include "ports/lake.h"

namespace shelfcast::adapters::lake_local {

/// Error: kInvalidInput for a text in the manifest that is no UTF-8.
[[nodiscard]] Result<std::string> format_manifest(const ports::LakeManifest& manifest);

/// Error: kCorrupted for anything that format_manifest() does not write.
[[nodiscard]] Result<ports::LakeManifest> parse_manifest(std::string_view text);

/// XXH3-128 as 32 hexadecimal digits, high half first.
[[nodiscard]] std::string hash_of(std::string_view bytes);

}  // namespace shelfcast::adapters::lake_local
