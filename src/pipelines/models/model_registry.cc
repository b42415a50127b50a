#include "pipelines/models/model_registry.h"

#include <algorithm>
#include <utility>

#include "base/failpoint.h"
#include "pipelines/models/model_card.h"
#include "pipelines/models/model_text.h"
#include "retail/time_zone.h"

namespace shelfcast::models {
namespace {

// Beside the lake's topics, which do not begin so.
constexpr std::string_view kFolder = "_models";
constexpr std::string_view kChampionFile = "_models/champion.json";
constexpr std::string_view kEntryName = "/model.json";

std::string path_of(std::string_view version, std::string_view name) {
    return fmt::format("{}/{}/{}", kFolder, version, name);
}

/// Versions become folder names.
Status check_name(std::string_view version) {
    const bool is_word = !version.empty() && std::ranges::all_of(version, [](char c) {
        return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || c == '-';
    });
    if (!is_word) {
        return fail(ErrorKind::kInvalidInput,
                    "\"{}\" is no model version: small letters, digits and hyphens", version);
    }
    return {};
}

}  // namespace

std::string ModelRegistry::version_of(std::int64_t trained_at_ms, std::string_view artefact) const {
    constexpr std::size_t kChecksumDigits = 8;
    std::string digits;
    const std::string time = retail::format_utc_ms(trained_at_ms);  // 2026-11-29T02:00:00.000Z
    for (const char c : time.substr(0, 19)) {
        if (c >= '0' && c <= '9') {
            digits.push_back(c);
        }
    }
    return fmt::format("{}-{}-{}", digits.substr(0, 8), digits.substr(8),
                       digest_.sha256_hex(artefact).substr(0, kChecksumDigits));
}

Status ModelRegistry::add(const ModelEntry& described, std::string_view artefact) {
    SHELFCAST_TRY(check_name(described.version));
    ModelEntry entry = described;
    entry.artefact_sha256 = digest_.sha256_hex(artefact);
    entry.artefact_bytes = artefact.size();
    const std::string text = to_text(entry);
    const std::string path = fmt::format("{}/{}{}", kFolder, entry.version, kEntryName);
    if (auto known = files_.read_file(path)) {
        if (*known == text) {
            return {};
        }
        return fail(ErrorKind::kConflict, "there is a model {} already, of other content",
                    entry.version);
    }
    SHELFCAST_TRY(files_.write_durably(path_of(entry.version, "artefact.bin"), artefact));
    failpoint::reach("models.artefact_written");
    SHELFCAST_TRY(files_.write_durably(path_of(entry.version, "card.md"), model_card(entry)));
    return files_.create_durably(path, text);
}

Result<ModelEntry> ModelRegistry::find(std::string_view version) {
    SHELFCAST_TRY(check_name(version));
    auto text = files_.read_file(path_of(version, "model.json"));
    if (!text) {
        return text.error().kind == ErrorKind::kNotFound
                   ? fail(ErrorKind::kNotFound,
                          "there is no model {}: shelfcast models list names them", version)
                   : forward_error(text, fmt::format("model {}", version));
    }
    auto entry = entry_from(*text);
    if (!entry) {
        return forward_error(entry, fmt::format("model {}: its description", version));
    }
    if (entry->version != version) {
        return fail(ErrorKind::kCorrupted, "model {}: its description is of {}", version,
                    entry->version);
    }
    return entry;
}

Result<std::vector<ListedModel>> ModelRegistry::list() {
    SHELFCAST_ASSIGN(const std::vector<std::string> files, files_.list_files(std::string(kFolder)));
    SHELFCAST_ASSIGN(const std::optional<Promotion> in_use, champion());
    std::vector<ListedModel> models;
    for (const std::string& path : files) {
        if (!path.ends_with(kEntryName)) {
            continue;
        }
        ListedModel one;
        one.version = path.substr(kFolder.size() + 1);
        one.version.resize(one.version.size() - kEntryName.size());
        one.is_champion = in_use && in_use->version == one.version;
        auto entry = find(one.version);
        if (entry) {
            one.entry = std::move(*entry);
        } else {
            one.fault = entry.error().message;
        }
        models.push_back(std::move(one));
    }
    std::ranges::sort(models, {}, &ListedModel::version);
    return models;
}

Result<std::string> ModelRegistry::artefact(const ModelEntry& entry) {
    SHELFCAST_ASSIGN(std::string bytes, files_.read_file(path_of(entry.version, "artefact.bin")));
    if (bytes.size() != entry.artefact_bytes ||
        digest_.sha256_hex(bytes) != entry.artefact_sha256) {
        return fail(ErrorKind::kCorrupted,
                    "model {}: its artefact is damaged: {} bytes with SHA-256 {}, written were {} "
                    "with {}",
                    entry.version, bytes.size(), digest_.sha256_hex(bytes), entry.artefact_bytes,
                    entry.artefact_sha256);
    }
    return bytes;
}

Result<std::string> ModelRegistry::card(std::string_view version) {
    SHELFCAST_TRY(check_name(version));
    return files_.read_file(path_of(version, "card.md"));
}

Result<std::vector<Promotion>> ModelRegistry::promotions() {
    auto text = files_.read_file(kChampionFile);
    if (!text) {
        if (text.error().kind == ErrorKind::kNotFound) {
            return std::vector<Promotion>();
        }
        return forward_error(text);
    }
    auto promotions = promotions_from(*text);
    if (!promotions) {
        return forward_error(promotions, kChampionFile);
    }
    return promotions;
}

Result<std::optional<Promotion>> ModelRegistry::champion() {
    SHELFCAST_ASSIGN(auto all, promotions());
    return all.empty() ? std::optional<Promotion>() : std::optional(std::move(all.back()));
}

Status ModelRegistry::check(std::string_view version) {
    SHELFCAST_ASSIGN(const ModelEntry entry, find(version));
    SHELFCAST_ASSIGN([[maybe_unused]] const std::string bytes, artefact(entry));
    return {};
}

Status ModelRegistry::put(const std::vector<Promotion>& promotions) {
    return files_.write_durably(kChampionFile, to_text(promotions));
}

Status ModelRegistry::promote(std::string_view version, std::string_view why, std::int64_t now_ms) {
    const std::scoped_lock lock(mutex_);
    SHELFCAST_ASSIGN(std::vector<Promotion> all, promotions());
    if (!all.empty() && all.back().version == version) {
        return {};
    }
    SHELFCAST_TRY(check(version));
    Promotion next{std::string(version), now_ms, std::string(why)};
    if (!all.empty()) {
        next.back_to = all.size() - 1;
    }
    all.push_back(std::move(next));
    return put(all);
}

Result<Promotion> ModelRegistry::roll_back(std::string_view why, std::int64_t now_ms) {
    const std::scoped_lock lock(mutex_);
    SHELFCAST_ASSIGN(std::vector<Promotion> all, promotions());
    if (all.empty() || !all.back().back_to) {
        return fail(ErrorKind::kConflict, "there is no champion before {} to go back to",
                    all.empty() ? "the first training" : all.back().version);
    }
    const Promotion& before = all[*all.back().back_to];
    SHELFCAST_TRY(check(before.version));
    Promotion next{before.version, now_ms, std::string(why), before.back_to};
    all.push_back(next);
    SHELFCAST_TRY(put(all));
    return next;
}

}  // namespace shelfcast::models
