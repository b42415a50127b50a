#pragma once

/// \file adapters/kafka/kafka_group.h
/// A member of a Kafka consumer group that fetches nothing: it only takes part in the sharing out
/// of partitions, and commits offsets for its process. Private to this folder.
///
/// librdkafka's own thread says every few seconds that the process lives; ours hands assignments
/// over and holds the group's next sharing out until they are released. Thread safe.

#include <chrono>
#include <condition_variable>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <span>
#include <stop_token>
#include <string>
#include <thread>
#include <vector>

#include "adapters/kafka/client.h"
#include "adapters/kafka/cluster.h"
#include "ports/worker_group.h"

namespace shelfcast::adapters::kafka {

class KafkaGroup;

/// The groups that this process is a member of.
class Memberships {
public:
    void add(const std::string& group, KafkaGroup& member);
    void remove(const std::string& group);
    /// Nothing: this process is no member of the group.
    [[nodiscard]] std::optional<Status> commit(const std::string& group,
                                               std::span<const PlaceInTopic> places);

private:
    std::mutex mutex_;  ///< Held while a member commits: it does not leave meanwhile.
    std::map<std::string, KafkaGroup*> members_;
};

class KafkaGroup final : public ports::WorkerGroup {
public:
    /// Names in the options are Kafka's, prefix included.
    KafkaGroup(KafkaConnection connection, KafkaGroupOptions options, Memberships& memberships)
        : connection_(std::move(connection)),
          options_(std::move(options)),
          memberships_(memberships) {}
    ~KafkaGroup() override { leave(); }
    KafkaGroup(const KafkaGroup&) = delete;
    KafkaGroup& operator=(const KafkaGroup&) = delete;

    [[nodiscard]] Result<std::optional<ports::Assignment>> next_assignment(
        std::chrono::milliseconds deadline, const std::stop_token& stop) override;
    void release() override;
    void leave() override;

    /// As a member. kConflict: the group goes on without this one.
    [[nodiscard]] Status commit(std::span<const PlaceInTopic> places);

private:
    [[nodiscard]] Status join();
    [[nodiscard]] Status subscribe();
    void rebalanced(rd_kafka_resp_err_t code, rd_kafka_topic_partition_list_t* list);
    void assigned(const rd_kafka_topic_partition_list_t& list);
    void revoked();

    const KafkaConnection connection_;
    const KafkaGroupOptions options_;
    Memberships& memberships_;

    std::mutex joining_;  ///< Held while the group is joined or left.
    std::unique_ptr<Client> client_;
    std::jthread poller_;

    std::mutex mutex_;
    std::condition_variable_any changed_;
    std::optional<std::vector<PartitionId>>
        partitions_;                              ///< What the group gave; nothing: not yet.
    std::optional<std::stop_source> handed_out_;  ///< Somebody works on an assignment.
    bool leaving_ = false;
    bool outside_ = false;  ///< It did not let go in time: out of the group until it has.
};

}  // namespace shelfcast::adapters::kafka
