#include "adapters/kafka/client.h"

#include <algorithm>
#include <array>

namespace shelfcast::adapters::kafka {
namespace {

using std::chrono::milliseconds;
using std::chrono::steady_clock;

constexpr int kPollMs = 200;
constexpr milliseconds kAnswerMs{250};  ///< Between two looks whether hope is lost.

/// Settings that the promises of kafka_log.h rest on, or that are named by other options.
constexpr std::array kOurs{"bootstrap.servers",
                           "metadata.broker.list",
                           "enable.idempotence",
                           "acks",
                           "request.required.acks",
                           "transactional.id",
                           "group.id",
                           "enable.auto.commit",
                           "auto.commit.enable",
                           "auto.offset.reset",
                           "enable.partition.eof",
                           "message.timeout.ms",
                           "delivery.timeout.ms",
                           "message.max.bytes",
                           "partition.assignment.strategy",
                           "session.timeout.ms",
                           "max.poll.interval.ms",
                           "linger.ms",
                           "queue.buffering.max.ms",
                           "isolation.level"};

Status set(rd_kafka_conf_t* conf, const std::string& name, const std::string& value) {
    std::array<char, 512> why{};
    if (rd_kafka_conf_set(conf, name.c_str(), value.c_str(), why.data(), why.size()) !=
        RD_KAFKA_CONF_OK) {
        return fail(ErrorKind::kInvalidInput, "kafka setting {}: {}", name, why.data());
    }
    return {};
}

bool is_login_fault(rd_kafka_resp_err_t code) {
    return code == RD_KAFKA_RESP_ERR__AUTHENTICATION ||
           code == RD_KAFKA_RESP_ERR_SASL_AUTHENTICATION_FAILED ||
           code == RD_KAFKA_RESP_ERR_UNSUPPORTED_SASL_MECHANISM;
}

/// No answer came; why is in what the handle complained of.
bool is_silence(rd_kafka_resp_err_t code) {
    switch (code) {
        case RD_KAFKA_RESP_ERR__TRANSPORT:
        case RD_KAFKA_RESP_ERR__TIMED_OUT:
        case RD_KAFKA_RESP_ERR__TIMED_OUT_QUEUE:
        case RD_KAFKA_RESP_ERR__MSG_TIMED_OUT:
        case RD_KAFKA_RESP_ERR__ALL_BROKERS_DOWN:
        case RD_KAFKA_RESP_ERR__RESOLVE:
        case RD_KAFKA_RESP_ERR__WAIT_COORD:
        case RD_KAFKA_RESP_ERR__SSL:
            return true;
        default:
            return false;
    }
}

ErrorKind kind_of(rd_kafka_resp_err_t code) {
    switch (code) {
        case RD_KAFKA_RESP_ERR_UNKNOWN_TOPIC_OR_PART:
        case RD_KAFKA_RESP_ERR__UNKNOWN_TOPIC:
            return ErrorKind::kNotFound;
        case RD_KAFKA_RESP_ERR__AUTHENTICATION:
        case RD_KAFKA_RESP_ERR_SASL_AUTHENTICATION_FAILED:
        case RD_KAFKA_RESP_ERR_UNSUPPORTED_SASL_MECHANISM:
            return ErrorKind::kUnauthenticated;
        case RD_KAFKA_RESP_ERR_TOPIC_AUTHORIZATION_FAILED:
        case RD_KAFKA_RESP_ERR_GROUP_AUTHORIZATION_FAILED:
        case RD_KAFKA_RESP_ERR_CLUSTER_AUTHORIZATION_FAILED:
        case RD_KAFKA_RESP_ERR_TRANSACTIONAL_ID_AUTHORIZATION_FAILED:
            return ErrorKind::kForbidden;
        case RD_KAFKA_RESP_ERR_UNKNOWN_MEMBER_ID:
        case RD_KAFKA_RESP_ERR_ILLEGAL_GENERATION:
        case RD_KAFKA_RESP_ERR_FENCED_INSTANCE_ID:
        case RD_KAFKA_RESP_ERR_NON_EMPTY_GROUP:
            return ErrorKind::kConflict;
        case RD_KAFKA_RESP_ERR_INVALID_REPLICATION_FACTOR:
        case RD_KAFKA_RESP_ERR_INVALID_CONFIG:
        case RD_KAFKA_RESP_ERR_INVALID_PARTITIONS:
        case RD_KAFKA_RESP_ERR_POLICY_VIOLATION:
        case RD_KAFKA_RESP_ERR_MSG_SIZE_TOO_LARGE:
        case RD_KAFKA_RESP_ERR_INVALID_MSG_SIZE:
        case RD_KAFKA_RESP_ERR__INVALID_ARG:
        case RD_KAFKA_RESP_ERR__UNKNOWN_PARTITION:
            return ErrorKind::kInvalidInput;
        default:
            return ErrorKind::kUnavailable;
    }
}

}  // namespace

Result<std::unique_ptr<Client>> Client::make(rd_kafka_type_t type,
                                             const KafkaConnection& connection,
                                             const Settings& settings, Callbacks callbacks,
                                             Polled polled) {
    struct DestroyConf {
        void operator()(rd_kafka_conf_t* conf) const noexcept { rd_kafka_conf_destroy(conf); }
    };
    std::unique_ptr<rd_kafka_conf_t, DestroyConf> conf(rd_kafka_conf_new());
    std::unique_ptr<Client> client(new Client(connection, std::move(callbacks)));
    const std::string timeout = std::to_string(connection.timeout_ms);
    SHELFCAST_TRY(set(conf.get(), "bootstrap.servers", connection.bootstrap));
    SHELFCAST_TRY(set(conf.get(), "client.id", "shelfcast"));
    SHELFCAST_TRY(set(conf.get(), "socket.timeout.ms", timeout));
    SHELFCAST_TRY(set(conf.get(), "socket.nagle.disable", "true"));
    SHELFCAST_TRY(set(conf.get(), "reconnect.backoff.ms", "50"));
    SHELFCAST_TRY(set(conf.get(), "reconnect.backoff.max.ms", "1000"));
    for (const auto& [name, value] : settings) {
        SHELFCAST_TRY(set(conf.get(), name, value));
    }
    for (const auto& [name, value] : connection.properties) {
        if (std::ranges::find(kOurs, name) != kOurs.end()) {
            return fail(ErrorKind::kInvalidInput,
                        "kafka setting {}: is not yours to set, leave it out", name);
        }
        SHELFCAST_TRY(set(conf.get(), name, value));
    }
    rd_kafka_conf_set_opaque(conf.get(), client.get());
    rd_kafka_conf_set_log_cb(conf.get(), [](const rd_kafka_t*, int, const char*, const char*) {});
    rd_kafka_conf_set_error_cb(conf.get(), [](rd_kafka_t*, int code, const char* why, void* self) {
        static_cast<Client*>(self)->complained(static_cast<rd_kafka_resp_err_t>(code), why);
    });
    if (client->callbacks_.delivered) {
        rd_kafka_conf_set_dr_msg_cb(conf.get(),
                                    [](rd_kafka_t*, const rd_kafka_message_t* message, void* self) {
                                        static_cast<Client*>(self)->callbacks_.delivered(*message);
                                    });
    }
    if (client->callbacks_.rebalanced) {
        rd_kafka_conf_set_rebalance_cb(
            conf.get(),
            [](rd_kafka_t*, rd_kafka_resp_err_t code, rd_kafka_topic_partition_list_t* list,
               void* self) { static_cast<Client*>(self)->callbacks_.rebalanced(code, list); });
    }
    std::array<char, 512> why{};
    client->handle_ = rd_kafka_new(type, conf.get(), why.data(), why.size());
    if (client->handle_ == nullptr) {
        return fail(ErrorKind::kInvalidInput, "kafka {}: {}", connection.bootstrap, why.data());
    }
    [[maybe_unused]] const rd_kafka_conf_t* const taken = conf.release();  // The handle's now.
    if (polled == Polled::kByItself) {
        client->poller_ = std::jthread([handle = client->handle_](const std::stop_token& stop) {
            while (!stop.stop_requested()) {
                rd_kafka_poll(handle, kPollMs);
            }
        });
    }
    return client;
}

Client::~Client() {
    if (poller_.joinable()) {
        poller_.request_stop();
        const Owned<rd_kafka_queue_t> events(rd_kafka_queue_get_main(handle_));
        rd_kafka_queue_yield(events.get());  // Wakes it.
        poller_.join();
    }
    if (handle_ != nullptr) {
        rd_kafka_destroy_flags(handle_, RD_KAFKA_DESTROY_F_NO_CONSUMER_CLOSE);
    }
}

void Client::complained(rd_kafka_resp_err_t code, const char* reason) {
    const std::scoped_lock lock(mutex_);
    if (code == RD_KAFKA_RESP_ERR__ALL_BROKERS_DOWN) {
        all_down_ = true;
        return;
    }
    // A refused login says more than the broken connections that it leads to.
    if (fault_ == RD_KAFKA_RESP_ERR_NO_ERROR || !is_login_fault(fault_)) {
        fault_ = code;
        reason_ = reason;
    }
}

tl::unexpected<Error> Client::error(rd_kafka_resp_err_t code, std::string_view what) const {
    const std::scoped_lock lock(mutex_);
    if (is_login_fault(fault_) && (is_silence(code) || is_login_fault(code))) {
        return fail(ErrorKind::kUnauthenticated,
                    "kafka {}: {}: the login was refused ({}): check security.protocol and the "
                    "sasl settings",
                    connection_.bootstrap, what, reason_);
    }
    if (is_silence(code)) {
        return fail(
            ErrorKind::kUnavailable,
            "kafka {}: {}: no broker answered ({}): check the addresses, the security "
            "settings, and that a broker runs there",
            connection_.bootstrap, what,
            reason_.empty() ? fmt::format("waited {} ms", connection_.timeout_ms) : reason_);
    }
    return fail(kind_of(code), "kafka {}: {}: {}", connection_.bootstrap, what,
                rd_kafka_err2str(code));
}

Status Client::reach(std::string_view what) {
    const auto until = steady_clock::now() + milliseconds(connection_.timeout_ms);
    while (true) {
        const rd_kafka_metadata_t* metadata = nullptr;
        const rd_kafka_resp_err_t code =
            rd_kafka_metadata(handle_, 0, nullptr, &metadata, static_cast<int>(kAnswerMs.count()));
        if (code == RD_KAFKA_RESP_ERR_NO_ERROR) {
            rd_kafka_metadata_destroy(metadata);
            reached();
            return {};
        }
        if (is_hopeless() || steady_clock::now() >= until) {
            return error(code, what);
        }
    }
}

void Client::reached() {
    const std::scoped_lock lock(mutex_);
    fault_ = RD_KAFKA_RESP_ERR_NO_ERROR;
    reason_.clear();
    all_down_ = false;
}

bool Client::is_hopeless() const {
    const std::scoped_lock lock(mutex_);
    return all_down_ || is_login_fault(fault_) || fault_ == RD_KAFKA_RESP_ERR__SSL;
}

}  // namespace shelfcast::adapters::kafka
