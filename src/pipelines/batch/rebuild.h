#pragma once

/// \file pipelines/batch/rebuild.h
/// `shelfcast rebuild`: the batch tables made anew from the lake, as a new generation beside the
/// one that serves; compared with it, key by key; switched to by one manifest row.
///
/// Until the switch the lake's manifest names the old generation, so a kill at any moment leaves it
/// whole; what a broken rebuild left is dropped by the next one, or at the next start.

#include <cstdint>
#include <functional>
#include <stop_token>
#include <vector>

#include "base/result.h"
#include "pipelines/batch/table_loader.h"
#include "ports/clock.h"
#include "ports/lake.h"
#include "ports/operational_store.h"
#include "ports/warehouse.h"

namespace shelfcast::batch {

struct RebuildPorts {
    ports::DifferenceBook& differences;
    ports::Warehouse& warehouse;
    ports::Lake& lake;
    ports::Clock& clock;
};

struct RebuildOptions {
    LoadOptions load{};
    std::size_t max_differences = 1'000;  ///< Kept and reported per table and epoch.
    /// Switches even if the generations differ: what the lake says is what is wanted.
    bool accept_differences = false;
};

struct RebuildProgress {
    std::uint64_t rows = 0;
    std::uint64_t of_rows = 0;
};

struct RebuildReport {
    GenerationId generation;  ///< The new one.
    std::uint64_t epochs = 0;
    std::uint64_t rows = 0;  ///< Events and rejections.
    std::uint64_t differing_keys = 0;
    std::vector<ports::Difference>
        differences{};  ///< `speed` is the old generation, `batch` the new.
    bool switched = false;
    std::int64_t elapsed_us = 0;
};

/// Nothing to rebuild before the first closed epoch: generation 0, not switched. Nobody may close
/// an epoch meanwhile. Errors: what lake and warehouse say; the old generation serves on.
[[nodiscard]] Result<RebuildReport> rebuild(
    const RebuildPorts& ports, const RebuildOptions& options,
    const std::function<void(const RebuildProgress&)>& progress, const std::stop_token& stop);

/// Drops the batch rows of generations past the manifest's, which broken rebuilds left, and those
/// of earlier ones once they were switched from before `superseded_before_us`.
[[nodiscard]] Status drop_other_generations(ports::Warehouse& warehouse,
                                            const ports::LakeManifest& manifest,
                                            std::int64_t superseded_before_us);

/// Switches every view to what the manifest says.
[[nodiscard]] Status switch_views(ports::Warehouse& warehouse, const ports::LakeManifest& manifest);

/// The same for a warehouse that may know none of this generation's epochs: then copies what the
/// manifest says of the earlier ones, which people can ask for (`retail.epochs`).
[[nodiscard]] Status switch_views_anew(ports::Warehouse& warehouse,
                                       const ports::LakeManifest& manifest);

}  // namespace shelfcast::batch
