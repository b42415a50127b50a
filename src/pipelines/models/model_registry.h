#pragma once

/// \file pipelines/models/model_registry.h
/// Trained models in the lake's files, and which one is in use: the champion.
///
/// A model counts once its entry is written, after its artefact and its card; the champion changes
/// by replacing one file. So a crash leaves either no model or a whole one, and always a champion
/// that was one. Thread safe; of several processes one adds and promotes at a time.

#include <cstddef>
#include <cstdint>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "pipelines/models/model_entry.h"
#include "ports/digest.h"
#include "ports/file_system.h"

namespace shelfcast::models {

/// A model became champion.
struct Promotion {
    std::string version;
    std::int64_t at_ms = 0;  ///< UTC.
    std::string why;
    /// Of the promotions before it, the one that a rollback returns to.
    std::optional<std::size_t> back_to{};
};

/// A model as the registry finds it.
struct ListedModel {
    std::string version;
    std::optional<ModelEntry> entry;  ///< Nothing: `fault` says why.
    std::string fault;
    bool is_champion = false;
};

class ModelRegistry {
public:
    ModelRegistry(ports::FileSystem& files, const ports::Digest& digest)
        : files_(files), digest_(digest) {}

    /// "20261129-020000-1a2b3c4d".
    [[nodiscard]] std::string version_of(std::int64_t trained_at_ms,
                                         std::string_view artefact) const;

    /// Writes the artefact, the card and the entry, in which checksum and size are filled in. The
    /// same once more changes nothing. Error: kConflict: there is such a model, of other content.
    [[nodiscard]] Status add(const ModelEntry& entry, std::string_view artefact);

    /// Oldest first; one whose entry cannot be read is listed with its fault.
    [[nodiscard]] Result<std::vector<ListedModel>> list();
    /// Errors: kNotFound, kCorrupted.
    [[nodiscard]] Result<ModelEntry> find(std::string_view version);
    /// Errors: kNotFound, kCorrupted (its bytes are not those that were written).
    [[nodiscard]] Result<std::string> artefact(const ModelEntry& entry);
    [[nodiscard]] Result<std::string> card(std::string_view version);

    /// Oldest first; the last one's model is in use. Error: kCorrupted.
    [[nodiscard]] Result<std::vector<Promotion>> promotions();
    /// Nothing: no model is in use.
    [[nodiscard]] Result<std::optional<Promotion>> champion();

    /// Changes nothing when it is the champion already. Errors: those of find() and artefact().
    [[nodiscard]] Status promote(std::string_view version, std::string_view why,
                                 std::int64_t now_ms);
    /// The champion before becomes champion again; once more goes further back. Errors: kConflict
    /// (there is none before), those of promote().
    [[nodiscard]] Result<Promotion> roll_back(std::string_view why, std::int64_t now_ms);

private:
    [[nodiscard]] Status check(std::string_view version);
    [[nodiscard]] Status put(const std::vector<Promotion>& promotions);

    ports::FileSystem& files_;
    const ports::Digest& digest_;
    std::mutex mutex_;  ///< One promotion at a time.
};

}  // namespace shelfcast::models
