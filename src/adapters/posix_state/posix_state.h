#pragma once

/// \file adapters/posix_state/posix_state.h
/// StateStore over a folder of files that are mapped, not read: id runs of gigabytes cost page
/// cache, not memory. Thread safe.

#include <filesystem>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "ports/state_store.h"

namespace shelfcast::adapters {

class PosixState final : public ports::StateStore {
public:
    /// Makes the folder if needed. Errors: kUnavailable, kStorageFull, naming the path.
    [[nodiscard]] static Result<std::unique_ptr<PosixState>> open_folder(
        std::filesystem::path folder);

    [[nodiscard]] Status put(std::string_view name, std::string_view bytes) override;
    [[nodiscard]] Result<ports::StateBlob> open(std::string_view name) override;
    [[nodiscard]] Result<std::vector<std::string>> list(std::string_view prefix) override;
    [[nodiscard]] Status remove(std::string_view name) override;

private:
    explicit PosixState(std::filesystem::path folder) : folder_(std::move(folder)) {}

    std::filesystem::path folder_;
};

}  // namespace shelfcast::adapters
