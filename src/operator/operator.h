#pragma once

/// \file operator/operator.h
/// The one operator: log messages in, accepted rows, rejections and roll-up deltas out. Compiled
/// once and run by both layers, so that the lambda's two answers cannot drift apart.
///
/// State per topic and log partition: the ids seen (duplicate_index.h) and the event-time
/// watermark. It is stored whole, or partition by partition where several workers share the log. A
/// fold is a function of that state, the messages, their positions and log times, and the store
/// catalogue of a stated version; never of the wall clock. One owner, not thread safe.

#include <array>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "operator/duplicate_index.h"
#include "operator/flush_rows.h"
#include "ports/event_log.h"
#include "ports/state_store.h"
#include "retail/event_codec.h"
#include "retail/store_catalog.h"
#include "retail/topic_codec.h"
#include "retail/topics.h"

namespace shelfcast::operators {

struct OperatorOptions {
    std::uint32_t partitions = 16;
    std::int64_t duplicate_horizon_hours = 48;     ///< Of log time, in whole hours.
    std::int64_t allowed_lateness_ms = 3'600'000;  ///< Later events count as late; none is dropped.
    retail::CodecLimits limits{};
    std::string state_prefix = "speed";  ///< Names this operator's blobs in the state store.
};

class Operator {
public:
    /// `spill` holds large id runs while the operator lives; null keeps them in memory.
    Operator(OperatorOptions options, ports::StateStore* spill);

    /// Folds a batch of one of retail::input_topics().
    void fold(std::string_view topic, const ports::FetchedBatch& batch,
              const retail::StoreCatalog& stores, FlushRows& out);

    /// Remembers rows of a topic that were accepted before (lake files of its table), in any
    /// order, as if it had folded their messages. Error: kCorrupted when an id is admitted a second
    /// time.
    [[nodiscard]] Status admit(const retail::Topic& topic, const retail::ColumnBlock& rows);

    /// Stores the state under `name` ("PREFIX/NAME"), durably, with the caller's own note inside.
    [[nodiscard]] Status save(ports::StateStore& store, std::string_view name,
                              std::string_view note);
    /// The same of one partition of every topic, under "PREFIX/pNN/state": whoever has the
    /// partition next can load it.
    [[nodiscard]] Status save_partition(ports::StateStore& store, PartitionId partition,
                                        std::string_view note);

    /// Replaces the state of the partitions that a stored one has, of this or another prefix, by
    /// it; returns the note. Errors: kNotFound, kCorrupted.
    [[nodiscard]] Result<std::string> load(ports::StateStore& store, std::string_view full_name);

    /// "PREFIX/pNN/state".
    [[nodiscard]] std::string partition_name(PartitionId partition) const;

    /// Forgets what it knows of a partition.
    void forget(PartitionId partition);

    /// Removes blobs of this prefix that neither the present state nor `keep_heads` (names without
    /// prefix) nor a partition's stored state needs. Nobody else may use the prefix.
    [[nodiscard]] Status remove_stale(ports::StateStore& store,
                                      std::span<const std::string> keep_heads);
    /// The same below "PREFIX/pNN/", of a partition that nobody else has.
    [[nodiscard]] Status remove_stale_of(ports::StateStore& store, PartitionId partition);

    /// UTC milliseconds below which messages of a partition of retail_events are late; 0 before
    /// any. Each topic has its own watermarks.
    [[nodiscard]] std::int64_t watermark_ms(PartitionId partition) const;
    [[nodiscard]] std::uint64_t remembered_ids() const;
    [[nodiscard]] std::int64_t duplicate_horizon_hours() const noexcept {
        return options_.duplicate_horizon_hours;
    }

private:
    struct PartitionState {
        DuplicateIndex ids;
        std::int64_t watermark_ms = 0;
        std::int64_t last_hour = 0;
    };

    /// A topic with its state per partition and its decoders: two, which hold a message each, so
    /// that the memory which one is looked up in arrives while the next is decoded.
    struct TopicFold {
        const retail::Topic* topic;
        std::vector<PartitionState> partitions;
        std::array<retail::MessageDecoder, 2> decoders;
    };

    template <typename Decoder>
    void fold_messages(TopicFold& fold, const ports::FetchedBatch& batch,
                       const retail::StoreCatalog& stores, FlushRows& out) const;
    static void fold_dead_letters(std::string_view topic, const ports::FetchedBatch& batch,
                                  FlushRows& out);
    static void fold_dead_letter(const LogPosition& at, std::string_view message, FlushRows& out);
    /// Whether the message repeats an id, which it then rejects; otherwise the id is remembered.
    [[nodiscard]] static bool is_repeat(PartitionState& state, const LogPosition& at,
                                        retail::EventUuid id, std::string_view message,
                                        FlushRows& out);
    /// Moves the watermark on; whether the message is late.
    [[nodiscard]] bool note_time(PartitionState& state, const LogPosition& at,
                                 std::int64_t event_time_ms) const;
    [[nodiscard]] PartitionState empty_state(PartitionId partition) const;
    [[nodiscard]] std::string folder_of(PartitionId partition) const;
    [[nodiscard]] Status save(ports::StateStore& store, std::string_view full_name,
                              std::string_view note, std::span<const PartitionId> partitions);
    /// Removes what begins with `prefix`, but for the heads that are named, their runs, and the
    /// runs in use.
    [[nodiscard]] Status remove_all_but(ports::StateStore& store, std::string_view prefix,
                                        std::span<const std::string> heads) const;
    [[nodiscard]] TopicFold& fold_of(std::string_view topic);
    [[nodiscard]] static PartitionState& state_of(TopicFold& fold, PartitionId partition);

    OperatorOptions options_;
    ports::StateStore* spill_;
    std::vector<TopicFold> topics_;  ///< As retail::event_topics().
};

}  // namespace shelfcast::operators
