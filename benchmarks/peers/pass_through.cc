/// The upper reference: a consumer that looks at nothing. Bytes of the topic go to ClickHouse as
/// they are, as JSONEachRow over HTTP, while the next insert is gathered. Offsets are committed
/// once their rows are in. Its own small program: shelfcast links neither.
///
///     pass_through BROKER TOPIC URL ROWS_PER_INSERT LINGER_MS
///
/// An insert goes off when it has so many rows, or so long after its first one. Runs until it is
/// ended; exits 1 with a message when something fails.

#include <curl/curl.h>
#include <librdkafka/rdkafka.h>

#include <array>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <future>
#include <map>
#include <string>

namespace {

using Clock = std::chrono::steady_clock;

[[noreturn]] void give_up(const std::string& why) {
    std::fprintf(stderr, "pass_through: %s\n", why.c_str());
    std::_Exit(1);
}

/// Messages that wait, and the offset after the last one of each partition.
struct Rows {
    std::string text;
    std::size_t count = 0;
    std::map<std::int32_t, std::int64_t> ends;
    Clock::time_point first;
};

class Warehouse {
public:
    explicit Warehouse(const std::string& url) : curl_(curl_easy_init()) {
        curl_easy_setopt(curl_, CURLOPT_URL, url.c_str());
        curl_easy_setopt(curl_, CURLOPT_POST, 1L);
        curl_easy_setopt(curl_, CURLOPT_HTTPHEADER, curl_slist_append(nullptr, "Expect:"));
        curl_easy_setopt(curl_, CURLOPT_UPLOAD_BUFFERSIZE, 1L << 20U);
        curl_easy_setopt(curl_, CURLOPT_WRITEFUNCTION, &Warehouse::keep);
        curl_easy_setopt(curl_, CURLOPT_WRITEDATA, &answer_);
    }

    void insert(const std::string& text) {
        answer_.clear();
        curl_easy_setopt(curl_, CURLOPT_POSTFIELDS, text.data());
        curl_easy_setopt(curl_, CURLOPT_POSTFIELDSIZE_LARGE, static_cast<curl_off_t>(text.size()));
        const CURLcode code = curl_easy_perform(curl_);
        long status = 0;
        curl_easy_getinfo(curl_, CURLINFO_RESPONSE_CODE, &status);
        if (code != CURLE_OK || status != 200) {
            give_up(std::string("insert failed: ") + curl_easy_strerror(code) + " " + answer_);
        }
    }

private:
    static std::size_t keep(char* data, std::size_t size, std::size_t count, void* answer) {
        static_cast<std::string*>(answer)->append(data, size * count);
        return size * count;
    }
    CURL* curl_;
    std::string answer_;
};

class Topic {
public:
    Topic(const std::string& broker, const std::string& topic) : name_(topic) {
        rd_kafka_conf_t* conf = rd_kafka_conf_new();
        std::array<char, 512> error{};
        const auto set = [&](const char* key, const std::string& value) {
            if (rd_kafka_conf_set(conf, key, value.c_str(), error.data(), error.size()) !=
                RD_KAFKA_CONF_OK) {
                give_up(error.data());
            }
        };
        set("bootstrap.servers", broker);
        set("group.id", "pass_through-" + topic);
        set("auto.offset.reset", "earliest");
        set("enable.auto.commit", "false");
        set("enable.auto.offset.store", "false");
        set("queued.min.messages", "200000");
        set("queued.max.messages.kbytes", "65536");
        set("fetch.wait.max.ms", "10");
        set("fetch.error.backoff.ms", "10");
        consumer_ = rd_kafka_new(RD_KAFKA_CONSUMER, conf, error.data(), error.size());
        if (consumer_ == nullptr) {
            give_up(error.data());
        }
        rd_kafka_poll_set_consumer(consumer_);
        queue_ = rd_kafka_queue_get_consumer(consumer_);
        rd_kafka_topic_partition_list_t* topics = rd_kafka_topic_partition_list_new(1);
        rd_kafka_topic_partition_list_add(topics, topic.c_str(), RD_KAFKA_PARTITION_UA);
        if (const auto code = rd_kafka_subscribe(consumer_, topics)) {
            give_up(rd_kafka_err2str(code));
        }
        rd_kafka_topic_partition_list_destroy(topics);
    }

    /// Appends what is there, or what comes within the time.
    void read(Rows& rows, std::size_t most, int timeout_ms) {
        const ssize_t got = rd_kafka_consume_batch_queue(queue_, timeout_ms, messages_.data(),
                                                         std::min(most, messages_.size()));
        for (ssize_t i = 0; i < got; ++i) {
            rd_kafka_message_t* message = messages_[static_cast<std::size_t>(i)];
            if (message->err == RD_KAFKA_RESP_ERR_NO_ERROR) {
                if (rows.count++ == 0) {
                    rows.first = Clock::now();
                }
                rows.text.append(static_cast<const char*>(message->payload), message->len);
                rows.text += '\n';
                rows.ends[message->partition] = message->offset + 1;
            } else if (message->err != RD_KAFKA_RESP_ERR__PARTITION_EOF) {
                give_up(rd_kafka_message_errstr(message));
            }
            rd_kafka_message_destroy(message);
        }
    }

    void commit(const std::map<std::int32_t, std::int64_t>& ends) {
        rd_kafka_topic_partition_list_t* list =
            rd_kafka_topic_partition_list_new(static_cast<int>(ends.size()));
        for (const auto& [partition, end] : ends) {
            rd_kafka_topic_partition_list_add(list, name_.c_str(), partition)->offset = end;
        }
        if (const auto code = rd_kafka_commit(consumer_, list, 1)) {
            give_up(rd_kafka_err2str(code));
        }
        rd_kafka_topic_partition_list_destroy(list);
    }

private:
    std::string name_;
    rd_kafka_t* consumer_ = nullptr;
    rd_kafka_queue_t* queue_ = nullptr;
    std::array<rd_kafka_message_t*, 10'000> messages_{};
};

}  // namespace

int main(int argc, char** argv) {
    if (argc != 6) {
        give_up("usage: pass_through BROKER TOPIC URL ROWS_PER_INSERT LINGER_MS");
    }
    const auto most = static_cast<std::size_t>(std::atol(argv[4]));
    const std::chrono::milliseconds linger(std::atol(argv[5]));
    Topic topic(argv[1], argv[2]);
    Warehouse warehouse(argv[3]);
    Rows gathered;
    Rows sent;
    std::future<void> insert;
    while (true) {
        if (gathered.count < most) {
            topic.read(gathered, most - gathered.count,
                       static_cast<int>(gathered.count > 0 ? 1 : linger.count()));
        }
        const bool due = gathered.count >= most ||
                         (gathered.count > 0 && Clock::now() - gathered.first >= linger);
        if (!due) {
            continue;
        }
        if (insert.valid()) {
            insert.get();
            topic.commit(sent.ends);
        }
        std::swap(sent, gathered);
        gathered.text.clear();
        gathered.ends.clear();
        gathered.count = 0;
        insert = std::async(std::launch::async, [&] { warehouse.insert(sent.text); });
    }
}
