#pragma once

/// \file operator/duplicate_index.h
/// The event ids seen in one log partition, by hour of log time: decides whether an id is a repeat.
///
/// Exact: a Bloom filter only spares most look-ups (Bloom 1970; a cache line per id as in Putze,
/// Sanders and Singler, "Cache-, Hash- and Space-Efficient Bloom Filters", 2007, and a bit in each
/// of its words, as in Parquet's split block filter). An id counts as seen if it
/// was inserted in an hour h with now - horizon <= h <= now, so the verdict depends on log time
/// alone and both layers decide alike. Ids live in sorted runs, large ones in the state store,
/// mapped. One owner, not thread safe.

#include <array>
#include <cstdint>
#include <map>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "ports/state_store.h"
#include "retail/event.h"

namespace shelfcast::operators {

class DuplicateIndex {
public:
    /// `spill`: where runs of at least 4 MiB go, and those of hours that are over, under
    /// "`prefix`/run-…"; null keeps all in memory.
    DuplicateIndex(std::int64_t horizon_hours, ports::StateStore* spill, std::string prefix);

    /// True if `id` was seen within the horizon before `hour` (or in it); otherwise remembers it.
    [[nodiscard]] bool seen_or_insert(retail::EventUuid id, std::int64_t hour);

    /// Brings what seen_or_insert will look at towards the processor: it waits for memory
    /// otherwise.
    void prefetch(retail::EventUuid id) const noexcept;

    /// Forgets hours that no event of `hour` or later can meet, and puts away those before `hour`.
    void expire(std::int64_t hour);

    [[nodiscard]] std::uint64_t size() const noexcept;

    /// Appends a description to `out`; larger runs are put into `store` under the prefix first.
    [[nodiscard]] Status encode(ports::StateStore& store, std::string& out);

    /// Reads what `encode` wrote from the front of `in` and advances it. Errors: kCorrupted,
    /// kNotFound (a run is gone).
    [[nodiscard]] Status decode(ports::StateStore& store, std::string_view& in);

    /// Appends the names of the stored runs in use.
    void collect_run_names(std::vector<std::string>& names) const;

private:
    /// The ids of an hour not yet in a run, in order of arrival, which is nearly that of ids made
    /// by the clock; found by open addressing.
    class RecentIds {
    public:
        [[nodiscard]] bool contains(retail::EventUuid id, std::uint64_t hash) const noexcept;
        void prefetch(std::uint64_t hash) const noexcept;
        void insert(retail::EventUuid id, std::uint64_t hash);
        [[nodiscard]] std::size_t size() const noexcept { return ids_.size(); }
        [[nodiscard]] std::vector<retail::EventUuid> take_sorted();

    private:
        void place(std::size_t index, std::uint64_t hash);
        void grow();
        std::vector<retail::EventUuid> ids_;
        /// Empty: 0. Otherwise an id's place in ids_ plus one, and 16 bits of its hash above it.
        std::vector<std::uint32_t> slots_;
    };
    struct Run {
        std::span<const retail::EventUuid> ids;  ///< Sorted.
        /// Shared with snapshots that still read the run.
        std::shared_ptr<const void> keeper;
        std::string name;  ///< Empty: in memory only.
    };
    struct Hour {
        RecentIds recent;
        std::vector<Run> runs;  ///< Sizes fall by at least half from one to the next.
    };
    /// A cache line of the filter: an id sets one bit in each word.
    struct alignas(64) FilterBlock {
        std::array<std::uint64_t, 8> words{};
    };
    struct Generation {
        std::vector<FilterBlock> blocks;
        std::uint64_t count = 0;
        std::uint64_t capacity = 0;
        std::int64_t first_hour = 0;
        std::int64_t last_hour = 0;
    };

    [[nodiscard]] static bool in_hour(const Hour& hour, retail::EventUuid id, std::uint64_t hash);
    [[nodiscard]] bool seen(retail::EventUuid id, std::uint64_t hash, std::int64_t hour) const;
    void note_in_filter(std::uint64_t hash, std::int64_t hour);
    void seal(Hour& hour);
    void merge_last_runs(Hour& hour);
    void spill_from(std::size_t least_ids, Run& run);
    [[nodiscard]] Status store_run(ports::StateStore& store, Run& run);
    [[nodiscard]] std::string run_name(std::span<const retail::EventUuid> ids) const;

    std::int64_t horizon_hours_;
    ports::StateStore* spill_;
    std::string prefix_;
    std::map<std::int64_t, Hour> hours_;
    std::vector<Generation> generations_;  ///< Oldest first.
};

}  // namespace shelfcast::operators
