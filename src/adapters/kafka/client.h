#pragma once

/// \file adapters/kafka/client.h
/// A handle of librdkafka with its settings and what it last complained of, and its error codes as
/// ours. Private to this folder. Thread safe.

#include <librdkafka/rdkafka.h>

#include <chrono>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <thread>
#include <utility>
#include <vector>

#include "adapters/kafka/kafka_log.h"
#include "base/result.h"

namespace shelfcast::adapters::kafka {

/// Frees what librdkafka made.
struct Destroy {
    void operator()(rd_kafka_topic_partition_list_t* list) const noexcept {
        rd_kafka_topic_partition_list_destroy(list);
    }
    void operator()(rd_kafka_queue_t* queue) const noexcept { rd_kafka_queue_destroy(queue); }
    void operator()(rd_kafka_topic_t* topic) const noexcept { rd_kafka_topic_destroy(topic); }
    void operator()(rd_kafka_event_t* event) const noexcept { rd_kafka_event_destroy(event); }
    void operator()(rd_kafka_message_t* message) const noexcept {
        rd_kafka_message_destroy(message);
    }
};
template <typename T>
using Owned = std::unique_ptr<T, Destroy>;

using Settings = std::vector<std::pair<std::string, std::string>>;

/// What the handle calls, from the thread that polls it.
struct Callbacks {
    std::function<void(const rd_kafka_message_t&)> delivered = {};
    std::function<void(rd_kafka_resp_err_t, rd_kafka_topic_partition_list_t*)> rebalanced = {};
};

/// Who calls rd_kafka_poll.
enum class Polled : std::uint8_t { kByItself, kByItsOwner };

class Client {
public:
    /// Error: kInvalidInput, naming a setting that librdkafka refuses.
    [[nodiscard]] static Result<std::unique_ptr<Client>> make(rd_kafka_type_t type,
                                                              const KafkaConnection& connection,
                                                              const Settings& settings,
                                                              Callbacks callbacks = {},
                                                              Polled polled = Polled::kByItself);
    ~Client();
    Client(const Client&) = delete;
    Client& operator=(const Client&) = delete;

    [[nodiscard]] rd_kafka_t* get() const noexcept { return handle_; }
    [[nodiscard]] const KafkaConnection& connection() const noexcept { return connection_; }

    /// An Error for a code of librdkafka: `what` failed, with the addresses and what the handle
    /// last complained of where no broker was reached.
    [[nodiscard]] tl::unexpected<Error> error(rd_kafka_resp_err_t code,
                                              std::string_view what) const;

    /// Waits until a broker answers, or it is clear that none will.
    [[nodiscard]] Status reach(std::string_view what);

    /// It is known that no broker will be reached: a login was refused, or no address answers.
    [[nodiscard]] bool is_hopeless() const;
    /// A broker answered: what it complained of before is over.
    void reached();

private:
    Client(KafkaConnection connection, Callbacks callbacks)
        : connection_(std::move(connection)), callbacks_(std::move(callbacks)) {}
    void complained(rd_kafka_resp_err_t code, const char* reason);

    const KafkaConnection connection_;
    const Callbacks callbacks_;
    rd_kafka_t* handle_ = nullptr;
    mutable std::mutex mutex_;
    rd_kafka_resp_err_t fault_ = RD_KAFKA_RESP_ERR_NO_ERROR;  ///< The last one, or a refused login.
    std::string reason_;
    bool all_down_ = false;
    std::jthread poller_;
};

}  // namespace shelfcast::adapters::kafka
