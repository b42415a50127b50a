#pragma once

/// \file adapters/engine/engine_config.h
/// The engine's two configuration files, as text. Pure functions of what they are given.

#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>

#include "base/result.h"

namespace shelfcast::adapters {

/// Administrators' gateway and native connections: every right.
inline constexpr std::string_view kEngineAdministrator = "shelfcast_admin";
/// What the program itself uses: every right on `retail` and `retail_core`, reads of `system`.
inline constexpr std::string_view kEngineService = "shelfcast_service";
/// Definer of the views in `retail`; nobody can log in as it.
inline constexpr std::string_view kEngineViewOwner = "retail_owner";

/// SHA-256 of the generated passwords, 64 lower-case hexadecimal digits each. The passwords
/// themselves never come here.
struct EngineAccounts {
    std::string administrator_sha256_hex;
    std::string service_sha256_hex;
};

/// Error: kInvalidInput for a hash that is none, or the hash of the empty password.
[[nodiscard]] Status check_accounts(const EngineAccounts& accounts);

/// Where the engine keeps things; all of them inside one folder.
struct EngineFolders {
    std::filesystem::path root;  ///< DATA/engine, absolute.

    [[nodiscard]] std::filesystem::path conf() const { return root / "conf"; }
    [[nodiscard]] std::filesystem::path data() const { return root / "data"; }
    [[nodiscard]] std::filesystem::path log() const { return root / "log"; }
    [[nodiscard]] std::filesystem::path config_file() const { return conf() / "config.xml"; }
    [[nodiscard]] std::filesystem::path users_file() const { return conf() / "users.xml"; }
    [[nodiscard]] std::filesystem::path error_log() const { return root / "engine.err.log"; }
    /// There while an engine runs, and after one that did not end in order.
    [[nodiscard]] std::filesystem::path running_marker() const { return root / "running"; }
};

struct EngineLimits {
    std::uint64_t memory_bytes = 0;  ///< 0: nine tenths of the machine's, the engine's own default.
};

struct EnginePorts {
    std::uint16_t http = 0;
    std::uint16_t native = 0;
    bool operator==(const EnginePorts&) const = default;
};

[[nodiscard]] std::string config_xml(const EngineFolders& folders, const EnginePorts& ports,
                                     const EngineLimits& limits);
[[nodiscard]] std::string users_xml(const EngineAccounts& accounts);

/// Text that means itself inside an XML element or attribute. Characters that XML 1.0 cannot hold
/// (controls besides tab, newline and return) become U+FFFD.
[[nodiscard]] std::string xml_escape(std::string_view text);

}  // namespace shelfcast::adapters
