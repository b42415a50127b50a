#include "adapters/lake_local/manifest_text.h"

#include <xxhash.h>

#include <nlohmann/json.hpp>

#include "retail/decimal.h"
#include "retail/time_zone.h"

namespace shelfcast::adapters::lake_local {
namespace {

using nlohmann::json;

constexpr std::int64_t kFormatVersion = 1;
constexpr std::string_view kBeforeChecksum = "{\"checksum\":\"";
constexpr std::string_view kBeforeManifest = "\",\n\"manifest\":";
constexpr std::string_view kAfterManifest = "}\n";
constexpr std::size_t kChecksumDigits = 32;

json to_json(const ports::LakeFile& file) {
    return {{"path", file.path},
            {"topic", file.topic},
            {"table", file.table},
            {"epoch", file.epoch.value},
            {"last_epoch", file.last_epoch.value},
            {"rows", file.rows},
            {"bytes", file.bytes},
            {"hash", file.hash}};
}

json to_json(const ports::ClosedEpoch& epoch);
json to_json(const ports::Contribution& contribution);
json to_json(const ports::LakeSnapshot& snapshot);
json to_json(const ports::RetiredFile& file);

template <typename Range>
json list_of(const Range& entries) {
    json list = json::array();
    for (const auto& entry : entries) {
        list.push_back(to_json(entry));
    }
    return list;
}

json to_json(const ports::Contribution& contribution) {
    return {{"id", contribution.id},
            {"origin", contribution.origin},
            {"identity", contribution.identity},
            {"events", contribution.events},
            {"rejections", contribution.rejections},
            {"revenue", retail::format_decimal(contribution.revenue, retail::Revenue::kScale)},
            {"committed_at_us", contribution.committed_at_us},
            {"files", list_of(contribution.files)}};
}

json to_json(const ports::LakeSnapshot& snapshot) {
    return {{"business_date", retail::format_date(snapshot.business_date)},
            {"version", snapshot.version},
            {"file", to_json(snapshot.file)}};
}

json to_json(const ports::RetiredFile& file) {
    return {{"path", file.path}, {"retired_at_us", file.retired_at_us}};
}

json to_json(const ports::ClosedEpoch& epoch) {
    json cuts = json::array();
    for (const ports::EpochCut& cut : epoch.cuts) {
        cuts.push_back({{"topic", cut.topic},
                        {"partition", cut.partition.value},
                        {"end_offset", cut.end_offset}});
    }
    return {{"epoch", epoch.epoch.value},
            {"cuts", std::move(cuts)},
            {"rows_per_table", epoch.rows_per_table},
            {"hash_per_table", epoch.hash_per_table},
            {"differences", epoch.differences},
            {"closed_at_us", epoch.closed_at_us},
            {"contribution", epoch.contribution},
            {"identity", epoch.identity}};
}

ports::LakeFile file_from(const json& from) {
    const auto epoch = from.at("epoch").get<std::uint32_t>();
    return {.path = from.at("path").get<std::string>(),
            .topic = from.at("topic").get<std::string>(),
            .table = from.at("table").get<std::string>(),
            .epoch = EpochId{epoch},
            .last_epoch = EpochId{from.value("last_epoch", epoch)},
            .rows = from.at("rows").get<std::uint64_t>(),
            .bytes = from.at("bytes").get<std::uint64_t>(),
            .hash = from.at("hash").get<std::string>()};
}

Result<ports::Contribution> contribution_from(const json& from) {
    ports::Contribution contribution;
    contribution.id = from.at("id").get<std::uint64_t>();
    contribution.origin = from.at("origin").get<std::string>();
    contribution.identity = from.at("identity").get<std::string>();
    contribution.events = from.at("events").get<std::uint64_t>();
    contribution.rejections = from.at("rejections").get<std::uint64_t>();
    const auto revenue = from.at("revenue").get<std::string>();
    const auto amount = retail::read_formatted_decimal(revenue, retail::Revenue::kScale);
    if (!amount) {
        return fail(ErrorKind::kCorrupted, "contribution {}: revenue \"{}\" is no amount",
                    contribution.id, revenue);
    }
    contribution.revenue = *amount;
    contribution.committed_at_us = from.at("committed_at_us").get<std::int64_t>();
    for (const json& file : from.at("files")) {
        contribution.files.push_back(file_from(file));
    }
    return contribution;
}

Result<ports::LakeSnapshot> snapshot_from(const json& from) {
    const auto text = from.at("business_date").get<std::string>();
    const auto date = retail::parse_date(text);
    if (!date) {
        return fail(ErrorKind::kCorrupted, "snapshot: \"{}\" is no date", text);
    }
    return ports::LakeSnapshot{.business_date = *date,
                               .version = from.at("version").get<std::uint64_t>(),
                               .file = file_from(from.at("file"))};
}

ports::ClosedEpoch epoch_from(const json& from) {
    ports::ClosedEpoch epoch;
    epoch.epoch = EpochId{from.at("epoch").get<std::uint32_t>()};
    for (const json& cut : from.at("cuts")) {
        epoch.cuts.push_back({cut.at("topic").get<std::string>(),
                              PartitionId{cut.at("partition").get<std::uint32_t>()},
                              cut.at("end_offset").get<std::int64_t>()});
    }
    from.at("rows_per_table").get_to(epoch.rows_per_table);
    from.at("hash_per_table").get_to(epoch.hash_per_table);
    epoch.differences = from.at("differences").get<std::uint64_t>();
    epoch.closed_at_us = from.at("closed_at_us").get<std::int64_t>();
    epoch.contribution = from.value("contribution", std::uint64_t{0});
    epoch.identity = from.value("identity", "");
    return epoch;
}

Result<ports::LakeManifest> manifest_from(const json& from) {
    ports::LakeManifest manifest;
    manifest.version = from.at("version").get<std::uint64_t>();
    manifest.generation = GenerationId{from.at("generation").get<std::uint32_t>()};
    for (const json& epoch : from.at("epochs")) {
        manifest.epochs.push_back(epoch_from(epoch));
    }
    for (const json& file : from.at("files")) {
        manifest.files.push_back(file_from(file));
    }
    // The first release knew none of what follows.
    for (const json& one : from.value("waiting", json::array())) {
        SHELFCAST_ASSIGN(ports::Contribution contribution, contribution_from(one));
        manifest.waiting.push_back(std::move(contribution));
    }
    for (const json& one : from.value("snapshots", json::array())) {
        SHELFCAST_ASSIGN(ports::LakeSnapshot snapshot, snapshot_from(one));
        manifest.snapshots.push_back(std::move(snapshot));
    }
    for (const json& one : from.value("retired", json::array())) {
        manifest.retired.push_back(
            {one.at("path").get<std::string>(), one.at("retired_at_us").get<std::int64_t>()});
    }
    manifest.switched_at_us = from.value("switched_at_us", std::int64_t{0});
    return manifest;
}

// The inner object's bytes, if the text around them is whole and their checksum is right.
Result<std::string_view> checked_body(std::string_view text) {
    const std::size_t before = kBeforeChecksum.size() + kChecksumDigits + kBeforeManifest.size();
    if (text.size() < before + kAfterManifest.size() || !text.starts_with(kBeforeChecksum) ||
        !text.ends_with(kAfterManifest) ||
        text.substr(kBeforeChecksum.size() + kChecksumDigits, kBeforeManifest.size()) !=
            kBeforeManifest) {
        return fail(ErrorKind::kCorrupted, "torn: {} bytes are no whole manifest", text.size());
    }
    const std::string_view body = text.substr(before, text.size() - before - kAfterManifest.size());
    if (text.substr(kBeforeChecksum.size(), kChecksumDigits) != hash_of(body)) {
        return fail(ErrorKind::kCorrupted, "damaged: its checksum does not match");
    }
    return body;
}

}  // namespace

Result<std::string> format_manifest(const ports::LakeManifest& manifest) {
    const json object = {
        {"format_version", kFormatVersion},        {"version", manifest.version},
        {"generation", manifest.generation.value}, {"switched_at_us", manifest.switched_at_us},
        {"epochs", list_of(manifest.epochs)},      {"files", list_of(manifest.files)},
        {"waiting", list_of(manifest.waiting)},    {"snapshots", list_of(manifest.snapshots)},
        {"retired", list_of(manifest.retired)}};
    try {
        const std::string body = object.dump(1);
        return fmt::format("{}{}{}{}{}", kBeforeChecksum, hash_of(body), kBeforeManifest, body,
                           kAfterManifest);
    } catch (const json::exception& error) {
        return fail(ErrorKind::kInvalidInput, "lake manifest {}: {}", manifest.version,
                    error.what());
    }
}

Result<ports::LakeManifest> parse_manifest(std::string_view text) {
    SHELFCAST_ASSIGN(const std::string_view body, checked_body(text));
    try {
        const json object = json::parse(body);
        const auto format = object.at("format_version").get<std::int64_t>();
        if (format != kFormatVersion) {
            return fail(ErrorKind::kCorrupted, "format {} is unknown, this program knows {}",
                        format, kFormatVersion);
        }
        return manifest_from(object);
    } catch (const json::exception& error) {
        return fail(ErrorKind::kCorrupted, "{}", error.what());
    }
}

std::string hash_of(std::string_view bytes) {
    const XXH128_hash_t hash = XXH3_128bits(bytes.data(), bytes.size());
    return fmt::format("{:016x}{:016x}", hash.high64, hash.low64);
}

}  // namespace shelfcast::adapters::lake_local
