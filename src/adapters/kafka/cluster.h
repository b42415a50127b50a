#pragma once

/// \file adapters/kafka/cluster.h
/// What is asked of the brokers beside records: topics, offsets, groups. Private to this folder.
///
/// A connection of its own, so that no answer waits behind a fetch. Every call ends within the
/// connection's time-out. Thread safe.

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "adapters/kafka/client.h"
#include "ports/event_log.h"

namespace shelfcast::adapters::kafka {

/// A partition by Kafka's name, with an offset.
struct PlaceInTopic {
    std::string topic;
    ports::PartitionOffset at;
};

class Cluster {
public:
    [[nodiscard]] static Result<std::unique_ptr<Cluster>> connect(
        const KafkaConnection& connection);

    /// Nothing: there is no such topic.
    [[nodiscard]] Result<std::optional<std::uint32_t>> partitions(const std::string& topic);
    /// kConflict: it is there.
    [[nodiscard]] Status create(const std::string& topic, std::uint32_t partitions,
                                const KafkaTopicOptions& options, std::size_t max_record_bytes);
    [[nodiscard]] Status wait_for_leaders(const std::string& topic, std::uint32_t partitions);
    /// A topic's setting, as text.
    [[nodiscard]] Result<std::string> setting(const std::string& topic, const std::string& name);

    static constexpr std::int64_t kBegin = -2;
    static constexpr std::int64_t kEnd = -1;
    /// In place of each offset (a log time in ms, or one of the above): the first offset at or
    /// after it. One request per broker.
    [[nodiscard]] Status look_up(std::vector<PlaceInTopic>& places);
    /// Removes records; the offsets become the first ones that are left.
    [[nodiscard]] Status remove_below(std::vector<PlaceInTopic>& places);

    [[nodiscard]] Status commit(const std::string& group, std::span<const PlaceInTopic> places);
    /// Those of the places where the group has an offset.
    [[nodiscard]] Result<std::vector<ports::PartitionOffset>> committed(
        const std::string& group, std::span<const PlaceInTopic> places);

    [[nodiscard]] const Client& client() const { return *client_; }

private:
    explicit Cluster(std::unique_ptr<Client> client) : client_(std::move(client)) {}
    using Ask = std::function<void(rd_kafka_AdminOptions_t*, rd_kafka_queue_t*)>;
    /// One administrative request and its answer.
    [[nodiscard]] Result<Owned<rd_kafka_event_t>> ask(rd_kafka_admin_op_t operation,
                                                      std::string_view what, const Ask& request);
    [[nodiscard]] int timeout_ms() const {
        return static_cast<int>(client_->connection().timeout_ms);
    }
    /// The handle that commits and asks for a group.
    [[nodiscard]] Result<Client*> group(const std::string& name);

    std::unique_ptr<Client> client_;
    std::mutex groups_mutex_;
    std::map<std::string, std::unique_ptr<Client>> groups_;
};

/// Commits by a handle of the group, be it a member or not. kConflict: the group has members, and
/// the handle is none of them.
[[nodiscard]] Status commit_by(const Client& client, const std::string& group,
                               std::span<const PlaceInTopic> places);
/// The places as librdkafka lists them.
[[nodiscard]] Owned<rd_kafka_topic_partition_list_t> list_of(std::span<const PlaceInTopic> places);

}  // namespace shelfcast::adapters::kafka
