#include "adapters/kafka/cluster.h"

#include <array>
#include <thread>

namespace shelfcast::adapters::kafka {
namespace {

using std::chrono::milliseconds;
using std::chrono::steady_clock;

constexpr milliseconds kBetweenLooks{20};  ///< While partitions get their leaders; no call waits.
/// What a record takes beside its value: key, headers, framing, and what compression cannot save.
constexpr std::size_t kRecordOverhead = 64U << 10U;

struct DestroyMetadata {
    void operator()(const rd_kafka_metadata_t* metadata) const noexcept {
        rd_kafka_metadata_destroy(metadata);
    }
};
using Metadata = std::unique_ptr<const rd_kafka_metadata_t, DestroyMetadata>;

/// The partition is getting a leader, as a new one does, or one whose broker went away.
bool is_moving(rd_kafka_resp_err_t code) {
    return code == RD_KAFKA_RESP_ERR_NOT_LEADER_FOR_PARTITION ||
           code == RD_KAFKA_RESP_ERR_LEADER_NOT_AVAILABLE ||
           code == RD_KAFKA_RESP_ERR_OFFSET_NOT_AVAILABLE ||
           code == RD_KAFKA_RESP_ERR_FENCED_LEADER_EPOCH ||
           code == RD_KAFKA_RESP_ERR_UNKNOWN_LEADER_EPOCH ||
           code == RD_KAFKA_RESP_ERR_KAFKA_STORAGE_ERROR;
}

std::span<const rd_kafka_topic_partition_t> rows(const rd_kafka_topic_partition_list_t& list) {
    return {list.elems, static_cast<std::size_t>(list.cnt)};
}

}  // namespace

Owned<rd_kafka_topic_partition_list_t> list_of(std::span<const PlaceInTopic> places) {
    Owned<rd_kafka_topic_partition_list_t> list(
        rd_kafka_topic_partition_list_new(static_cast<int>(places.size())));
    for (const PlaceInTopic& place : places) {
        rd_kafka_topic_partition_list_add(list.get(), place.topic.c_str(),
                                          static_cast<std::int32_t>(place.at.partition.value))
            ->offset = place.at.offset;
    }
    return list;
}

Result<std::unique_ptr<Cluster>> Cluster::connect(const KafkaConnection& connection) {
    SHELFCAST_ASSIGN(auto client, Client::make(RD_KAFKA_CONSUMER, connection,
                                               {{"allow.auto.create.topics", "false"}}));
    SHELFCAST_TRY(client->reach("connect"));
    return std::unique_ptr<Cluster>(new Cluster(std::move(client)));
}

namespace {

/// What the brokers know of one topic.
Result<Metadata> metadata_of(Client& client, const std::string& topic) {
    const Owned<rd_kafka_topic_t> handle(rd_kafka_topic_new(client.get(), topic.c_str(), nullptr));
    const rd_kafka_metadata_t* raw = nullptr;
    const rd_kafka_resp_err_t code = rd_kafka_metadata(
        client.get(), 0, handle.get(), &raw, static_cast<int>(client.connection().timeout_ms));
    if (code != RD_KAFKA_RESP_ERR_NO_ERROR) {
        return client.error(code, fmt::format("topic {}", topic));
    }
    client.reached();
    return Metadata(raw);
}

}  // namespace

Result<std::optional<std::uint32_t>> Cluster::partitions(const std::string& topic) {
    SHELFCAST_ASSIGN(const Metadata metadata, metadata_of(*client_, topic));
    if (metadata->topic_cnt != 1 ||
        metadata->topics[0].err == RD_KAFKA_RESP_ERR_UNKNOWN_TOPIC_OR_PART) {
        return std::nullopt;
    }
    const rd_kafka_metadata_topic_t& found = metadata->topics[0];
    if (found.err != RD_KAFKA_RESP_ERR_NO_ERROR &&
        found.err != RD_KAFKA_RESP_ERR_LEADER_NOT_AVAILABLE) {
        return client_->error(found.err, fmt::format("topic {}", topic));
    }
    return static_cast<std::uint32_t>(found.partition_cnt);
}

Status Cluster::wait_for_leaders(const std::string& topic, std::uint32_t partitions) {
    const auto until = steady_clock::now() + milliseconds(client_->connection().timeout_ms);
    while (true) {
        SHELFCAST_ASSIGN(const Metadata metadata, metadata_of(*client_, topic));
        if (metadata->topic_cnt == 1) {
            const rd_kafka_metadata_topic_t& found = metadata->topics[0];
            std::uint32_t led = 0;
            for (int i = 0; i < found.partition_cnt; ++i) {
                led += found.partitions[i].leader >= 0 ? 1 : 0;
            }
            if (led == partitions) {
                // Known to lead is not yet leading: the leaders say when they do.
                std::vector<PlaceInTopic> places;
                places.reserve(partitions);
                for (std::uint32_t number = 0; number < partitions; ++number) {
                    places.push_back({topic, {PartitionId{number}, kEnd}});
                }
                return look_up(places);
            }
        }
        if (steady_clock::now() >= until) {
            return fail(ErrorKind::kUnavailable,
                        "kafka {}: topic {}: not every partition has a leader after {} ms: check "
                        "that all brokers run",
                        client_->connection().bootstrap, topic, client_->connection().timeout_ms);
        }
        std::this_thread::sleep_for(kBetweenLooks);
    }
}

Result<Owned<rd_kafka_event_t>> Cluster::ask(rd_kafka_admin_op_t operation, std::string_view what,
                                             const Ask& request) {
    struct DestroyOptions {
        void operator()(rd_kafka_AdminOptions_t* options) const noexcept {
            rd_kafka_AdminOptions_destroy(options);
        }
    };
    const std::unique_ptr<rd_kafka_AdminOptions_t, DestroyOptions> options(
        rd_kafka_AdminOptions_new(client_->get(), operation));
    std::array<char, 256> why{};
    if (const auto code = rd_kafka_AdminOptions_set_request_timeout(options.get(), timeout_ms(),
                                                                    why.data(), why.size())) {
        return client_->error(code, what);
    }
    const Owned<rd_kafka_queue_t> answers(rd_kafka_queue_new(client_->get()));
    request(options.get(), answers.get());
    // The request has its own time-out, which is answered; this one is for the unforeseen.
    Owned<rd_kafka_event_t> answer(rd_kafka_queue_poll(answers.get(), timeout_ms() + 2'000));
    if (answer == nullptr) {
        return client_->error(RD_KAFKA_RESP_ERR__TIMED_OUT, what);
    }
    if (const rd_kafka_resp_err_t code = rd_kafka_event_error(answer.get())) {
        return client_->error(code, what);
    }
    client_->reached();
    return answer;
}

Status Cluster::create(const std::string& topic, std::uint32_t partitions,
                       const KafkaTopicOptions& options, std::size_t max_record_bytes) {
    struct DestroyTopic {
        void operator()(rd_kafka_NewTopic_t* wanted) const noexcept {
            rd_kafka_NewTopic_destroy(wanted);
        }
    };
    const std::string what =
        fmt::format("create topic {} with {} replicas", topic, options.replication);
    std::array<char, 256> why{};
    const std::unique_ptr<rd_kafka_NewTopic_t, DestroyTopic> wanted(rd_kafka_NewTopic_new(
        topic.c_str(), static_cast<int>(partitions), options.replication, why.data(), why.size()));
    if (wanted == nullptr) {
        return fail(ErrorKind::kInvalidInput, "{}: {}", what, why.data());
    }
    const Settings settings{
        {"message.timestamp.type", "LogAppendTime"},
        {"cleanup.policy", "delete"},
        {"min.insync.replicas", std::to_string(options.min_insync_replicas)},
        {"retention.ms", std::to_string(options.retention_ms)},
        {"max.message.bytes", std::to_string(max_record_bytes + kRecordOverhead)}};
    for (const auto& [name, value] : settings) {
        rd_kafka_NewTopic_set_config(wanted.get(), name.c_str(), value.c_str());
    }
    rd_kafka_NewTopic_t* one = wanted.get();
    SHELFCAST_ASSIGN(const auto answer,
                     ask(RD_KAFKA_ADMIN_OP_CREATETOPICS, what,
                         [&](rd_kafka_AdminOptions_t* asked, rd_kafka_queue_t* queue) {
                             rd_kafka_CreateTopics(client_->get(), &one, 1, asked, queue);
                         }));
    std::size_t count = 0;
    const rd_kafka_topic_result_t** const results = rd_kafka_CreateTopics_result_topics(
        rd_kafka_event_CreateTopics_result(answer.get()), &count);
    const rd_kafka_resp_err_t code = rd_kafka_topic_result_error(results[0]);
    if (code == RD_KAFKA_RESP_ERR_TOPIC_ALREADY_EXISTS) {
        return fail(ErrorKind::kConflict, "topic {} is there", topic);
    }
    if (code != RD_KAFKA_RESP_ERR_NO_ERROR) {
        const char* const said = rd_kafka_topic_result_error_string(results[0]);
        return client_->error(code, said == nullptr ? what : fmt::format("{}: {}", what, said));
    }
    return {};
}

Result<std::string> Cluster::setting(const std::string& topic, const std::string& name) {
    struct DestroyResource {
        void operator()(rd_kafka_ConfigResource_t* resource) const noexcept {
            rd_kafka_ConfigResource_destroy(resource);
        }
    };
    const std::string what = fmt::format("setting {} of topic {}", name, topic);
    const std::unique_ptr<rd_kafka_ConfigResource_t, DestroyResource> wanted(
        rd_kafka_ConfigResource_new(RD_KAFKA_RESOURCE_TOPIC, topic.c_str()));
    rd_kafka_ConfigResource_t* one = wanted.get();
    SHELFCAST_ASSIGN(const auto answer,
                     ask(RD_KAFKA_ADMIN_OP_DESCRIBECONFIGS, what,
                         [&](rd_kafka_AdminOptions_t* asked, rd_kafka_queue_t* queue) {
                             rd_kafka_DescribeConfigs(client_->get(), &one, 1, asked, queue);
                         }));
    std::size_t count = 0;
    const rd_kafka_ConfigResource_t** const found = rd_kafka_DescribeConfigs_result_resources(
        rd_kafka_event_DescribeConfigs_result(answer.get()), &count);
    if (const rd_kafka_resp_err_t code = rd_kafka_ConfigResource_error(found[0])) {
        return client_->error(code, what);
    }
    const rd_kafka_ConfigEntry_t** const entries =
        rd_kafka_ConfigResource_configs(found[0], &count);
    for (std::size_t i = 0; i < count; ++i) {
        const char* const value = rd_kafka_ConfigEntry_value(entries[i]);
        if (name == rd_kafka_ConfigEntry_name(entries[i]) && value != nullptr) {
            return value;
        }
    }
    return fail(ErrorKind::kNotFound, "{} is not there", what);
}

Status Cluster::look_up(std::vector<PlaceInTopic>& places) {
    if (places.empty()) {
        return {};
    }
    const std::string what = fmt::format("offsets of topic {}", places.front().topic);
    const auto until = steady_clock::now() + milliseconds(timeout_ms());
    while (true) {
        const auto list = list_of(places);
        rd_kafka_resp_err_t code =
            rd_kafka_offsets_for_times(client_->get(), list.get(), timeout_ms());
        for (const rd_kafka_topic_partition_t& found : rows(*list)) {
            code = code == RD_KAFKA_RESP_ERR_NO_ERROR ? found.err : code;
        }
        if (code == RD_KAFKA_RESP_ERR_NO_ERROR) {
            for (std::size_t i = 0; i < places.size(); ++i) {
                places[i].at.offset = rows(*list)[i].offset;
            }
            client_->reached();
            return {};
        }
        if (!is_moving(code) || steady_clock::now() >= until) {
            return client_->error(code, what);
        }
        std::this_thread::sleep_for(kBetweenLooks);
    }
}

Status Cluster::remove_below(std::vector<PlaceInTopic>& places) {
    if (places.empty()) {
        return {};
    }
    struct DestroyRequest {
        void operator()(rd_kafka_DeleteRecords_t* request) const noexcept {
            rd_kafka_DeleteRecords_destroy(request);
        }
    };
    const std::string what = fmt::format("prune topic {}", places.front().topic);
    const auto list = list_of(places);
    const std::unique_ptr<rd_kafka_DeleteRecords_t, DestroyRequest> wanted(
        rd_kafka_DeleteRecords_new(list.get()));
    rd_kafka_DeleteRecords_t* one = wanted.get();
    SHELFCAST_ASSIGN(const auto answer,
                     ask(RD_KAFKA_ADMIN_OP_DELETERECORDS, what,
                         [&](rd_kafka_AdminOptions_t* asked, rd_kafka_queue_t* queue) {
                             rd_kafka_DeleteRecords(client_->get(), &one, 1, asked, queue);
                         }));
    const rd_kafka_topic_partition_list_t* const left =
        rd_kafka_DeleteRecords_result_offsets(rd_kafka_event_DeleteRecords_result(answer.get()));
    places.clear();
    for (const rd_kafka_topic_partition_t& row : rows(*left)) {
        if (row.err != RD_KAFKA_RESP_ERR_NO_ERROR) {
            return client_->error(row.err, what);
        }
        places.push_back(
            {row.topic, {PartitionId{static_cast<std::uint32_t>(row.partition)}, row.offset}});
    }
    return {};
}

Result<Client*> Cluster::group(const std::string& name) {
    const std::scoped_lock lock(groups_mutex_);
    std::unique_ptr<Client>& found = groups_[name];
    if (found == nullptr) {
        // Not by the administrative calls: those about groups can abort the process when a
        // coordinator does not answer (librdkafka issue 4605).
        SHELFCAST_ASSIGN(found,
                         Client::make(RD_KAFKA_CONSUMER, client_->connection(),
                                      {{"group.id", name}, {"enable.auto.commit", "false"}}));
    }
    return found.get();
}

Status Cluster::commit(const std::string& group_name, std::span<const PlaceInTopic> places) {
    SHELFCAST_ASSIGN(Client* const client, group(group_name));
    return commit_by(*client, group_name, places);
}

Status commit_by(const Client& client, const std::string& group,
                 std::span<const PlaceInTopic> places) {
    if (places.empty()) {
        return {};
    }
    const std::string what = fmt::format("offsets of group {}", group);
    const auto list = list_of(places);
    const Owned<rd_kafka_queue_t> answers(rd_kafka_queue_new(client.get()));
    rd_kafka_resp_err_t code =
        rd_kafka_commit_queue(client.get(), list.get(), answers.get(), nullptr, nullptr);
    if (code == RD_KAFKA_RESP_ERR_NO_ERROR) {
        const Owned<rd_kafka_event_t> answer(
            rd_kafka_queue_poll(answers.get(), static_cast<int>(client.connection().timeout_ms)));
        code =
            answer == nullptr ? RD_KAFKA_RESP_ERR__TIMED_OUT : rd_kafka_event_error(answer.get());
        const rd_kafka_topic_partition_list_t* const committed =
            answer == nullptr ? nullptr : rd_kafka_event_topic_partition_list(answer.get());
        for (int i = 0; committed != nullptr && i < committed->cnt; ++i) {
            code = code == RD_KAFKA_RESP_ERR_NO_ERROR ? committed->elems[i].err : code;
        }
    }
    if (code == RD_KAFKA_RESP_ERR_NO_ERROR) {
        return {};
    }
    Error error = client.error(code, what).value();
    if (error.kind == ErrorKind::kConflict) {
        error.message += ": the group has members, and this process is none of them now";
    }
    return tl::unexpected(std::move(error));
}

Result<std::vector<ports::PartitionOffset>> Cluster::committed(
    const std::string& group_name, std::span<const PlaceInTopic> places) {
    SHELFCAST_ASSIGN(const Client* const client, group(group_name));
    const auto list = list_of(places);
    const rd_kafka_resp_err_t code = rd_kafka_committed(client->get(), list.get(), timeout_ms());
    if (code != RD_KAFKA_RESP_ERR_NO_ERROR) {
        return client->error(code, fmt::format("offsets of group {}", group_name));
    }
    std::vector<ports::PartitionOffset> offsets;
    for (const rd_kafka_topic_partition_t& row : rows(*list)) {
        if (row.err != RD_KAFKA_RESP_ERR_NO_ERROR) {
            return client->error(row.err, fmt::format("offsets of group {}", group_name));
        }
        if (row.offset >= 0) {
            offsets.push_back({PartitionId{static_cast<std::uint32_t>(row.partition)}, row.offset});
        }
    }
    return offsets;
}

}  // namespace shelfcast::adapters::kafka
