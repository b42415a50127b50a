#include "adapters/kafka/kafka_group.h"

#include <algorithm>
#include <utility>

#include "base/log.h"

namespace shelfcast::adapters::kafka {
namespace {

constexpr int kPollMs = 100;
constexpr std::chrono::milliseconds kAnswerMs{200};  ///< Between two looks whether hope is lost.

}  // namespace

void Memberships::add(const std::string& group, KafkaGroup& member) {
    const std::scoped_lock lock(mutex_);
    members_[group] = &member;
}

void Memberships::remove(const std::string& group) {
    const std::scoped_lock lock(mutex_);
    members_.erase(group);
}

std::optional<Status> Memberships::commit(const std::string& group,
                                          std::span<const PlaceInTopic> places) {
    const std::scoped_lock lock(mutex_);
    const auto found = members_.find(group);
    if (found == members_.end()) {
        return std::nullopt;
    }
    return found->second->commit(places);
}

Status KafkaGroup::join() {
    const std::scoped_lock lock(joining_);
    if (client_ != nullptr) {
        return {};
    }
    const std::uint32_t release_ms =
        std::max(options_.release_timeout_ms, options_.session_timeout_ms);
    SHELFCAST_ASSIGN(
        client_,
        Client::make(RD_KAFKA_CONSUMER, connection_,
                     {{"group.id", options_.group},
                      {"enable.auto.commit", "false"},
                      {"allow.auto.create.topics", "false"},
                      // Everybody lets go of everything before anything moves.
                      {"partition.assignment.strategy", "range"},
                      {"session.timeout.ms", std::to_string(options_.session_timeout_ms)},
                      {"heartbeat.interval.ms", std::to_string(options_.session_timeout_ms / 10)},
                      {"max.poll.interval.ms", std::to_string(release_ms)}},
                     {.rebalanced =
                          [this](rd_kafka_resp_err_t code, rd_kafka_topic_partition_list_t* list) {
                              rebalanced(code, list);
                          }},
                     Polled::kByItsOwner));
    rd_kafka_poll_set_consumer(client_->get());
    if (Status subscribed = subscribe(); !subscribed) {
        client_.reset();
        return subscribed;
    }
    {
        const std::scoped_lock state(mutex_);
        leaving_ = outside_ = false;
    }
    poller_ = std::jthread([handle = client_->get()](const std::stop_token& stop) {
        while (!stop.stop_requested()) {
            // Nothing is fetched: what comes are errors, which the handle keeps, and callbacks.
            const Owned<rd_kafka_message_t> message(rd_kafka_consumer_poll(handle, kPollMs));
        }
    });
    memberships_.add(options_.group, *this);
    return {};
}

void KafkaGroup::rebalanced(rd_kafka_resp_err_t code, rd_kafka_topic_partition_list_t* list) {
    if (code != RD_KAFKA_RESP_ERR__ASSIGN_PARTITIONS) {
        revoked();
        rd_kafka_assign(client_->get(), nullptr);
        return;
    }
    // The library revokes only what was taken over; from the end on and paused, nothing comes of
    // it.
    for (int i = 0; i < list->cnt; ++i) {
        list->elems[i].offset = RD_KAFKA_OFFSET_END;
    }
    rd_kafka_assign(client_->get(), list);
    rd_kafka_pause_partitions(client_->get(), list);
    assigned(*list);
}

void KafkaGroup::assigned(const rd_kafka_topic_partition_list_t& list) {
    std::vector<PartitionId> partitions;
    for (const rd_kafka_topic_partition_t& row :
         std::span(list.elems, static_cast<std::size_t>(list.cnt))) {
        partitions.push_back(PartitionId{static_cast<std::uint32_t>(row.partition)});
    }
    std::ranges::sort(partitions);
    {
        const std::scoped_lock lock(mutex_);
        if (handed_out_) {
            // A share of nothing is not revoked by the library.
            handed_out_->request_stop();
        }
        partitions_ = std::move(partitions);
    }
    client_->reached();
    changed_.notify_all();
}

void KafkaGroup::revoked() {
    std::unique_lock lock(mutex_);
    partitions_.reset();
    if (!handed_out_) {
        return;
    }
    handed_out_->request_stop();
    if (!changed_.wait_for(lock, std::chrono::milliseconds(options_.release_timeout_ms),
                           [&] { return !handed_out_ || leaving_; })) {
        log::warning("kafka", "the group goes on without this worker group={} waited_ms={}",
                     options_.group, options_.release_timeout_ms);
        outside_ = true;
        rd_kafka_unsubscribe(client_->get());
    }
}

Status KafkaGroup::subscribe() {
    const Owned<rd_kafka_topic_partition_list_t> topics(rd_kafka_topic_partition_list_new(1));
    rd_kafka_topic_partition_list_add(topics.get(), options_.topic.c_str(), RD_KAFKA_PARTITION_UA);
    if (const auto code = rd_kafka_subscribe(client_->get(), topics.get())) {
        return client_->error(code, fmt::format("join group {}", options_.group));
    }
    return {};
}

Result<std::optional<ports::Assignment>> KafkaGroup::next_assignment(
    std::chrono::milliseconds deadline, const std::stop_token& stop) {
    const auto until = std::chrono::steady_clock::now() + deadline;
    SHELFCAST_TRY(join());
    std::unique_lock lock(mutex_);
    if (outside_ && !handed_out_) {
        SHELFCAST_TRY(subscribe());
        outside_ = false;
    }
    while (true) {
        const auto next = std::min(until, std::chrono::steady_clock::now() + kAnswerMs);
        changed_.wait_until(lock, stop, next, [&] { return partitions_ && !handed_out_; });
        if (partitions_ && !handed_out_) {
            const std::stop_source source;
            handed_out_ = source;
            return ports::Assignment{*partitions_, source.get_token()};
        }
        if (stop.stop_requested()) {
            return std::nullopt;
        }
        if (client_->is_hopeless()) {
            return client_->error(RD_KAFKA_RESP_ERR__ALL_BROKERS_DOWN,
                                  fmt::format("join group {}", options_.group));
        }
        if (std::chrono::steady_clock::now() >= until) {
            return std::nullopt;
        }
    }
}

void KafkaGroup::release() {
    {
        const std::scoped_lock lock(mutex_);
        handed_out_.reset();
    }
    changed_.notify_all();
}

void KafkaGroup::leave() {
    const std::scoped_lock lock(joining_);
    if (client_ == nullptr) {
        return;
    }
    memberships_.remove(options_.group);
    {
        const std::scoped_lock state(mutex_);
        leaving_ = true;
        if (handed_out_) {
            handed_out_->request_stop();
        }
    }
    changed_.notify_all();
    poller_.request_stop();
    poller_.join();
    rd_kafka_consumer_close(client_->get());
    client_.reset();
    const std::scoped_lock state(mutex_);
    partitions_.reset();
    handed_out_.reset();
}

Status KafkaGroup::commit(std::span<const PlaceInTopic> places) {
    return commit_by(*client_, options_.group, places);
}

}  // namespace shelfcast::adapters::kafka
