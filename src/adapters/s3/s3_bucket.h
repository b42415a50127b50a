#pragma once

/// \file adapters/s3/s3_bucket.h
/// Objects below one prefix of one bucket of an S3 store, over its REST interface.
///
/// What fails for a reason that may pass (no connection, a stalled one, 429, 5xx) is tried again
/// after growing, jittered pauses, until the attempts or the time are used up; what then remains is
/// one Error that names endpoint, bucket, what was tried and what mends it. Thread safe. Made by
/// the wiring; S3Files and S3State share it.

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <mutex>
#include <optional>
#include <random>
#include <string>
#include <string_view>
#include <vector>

#include "adapters/s3/credentials.h"
#include "adapters/s3/http_pool.h"
#include "base/result.h"
#include "ports/clock.h"

namespace shelfcast::adapters {

/// Where the bucket's name goes in a URL.
enum class S3Addressing : std::uint8_t {
    kPath,         ///< http://endpoint/bucket/key: MinIO, Ceph and other stores of one's own.
    kVirtualHost,  ///< https://bucket.endpoint/key: AWS.
};

struct S3Options {
    /// "https://host[:port]"; empty: AWS_ENDPOINT_URL_S3, AWS_ENDPOINT_URL, else
    /// https://s3.REGION.amazonaws.com.
    std::string endpoint;
    std::string region;  ///< Empty: AWS_REGION, AWS_DEFAULT_REGION, else us-east-1.
    std::string bucket;
    std::string prefix;  ///< "chain/lake", a folder of the bucket; empty: all of it.
    S3Addressing addressing = S3Addressing::kPath;
    s3::CredentialOptions login{};  ///< Completed from the environment.
    s3::HttpPoolOptions http{};
    int max_attempts = 6;
    long give_up_after_ms = 30'000;  ///< No further attempt begins after that.
    long first_pause_ms = 100;       ///< Doubled with each attempt, half of it at random.
    /// A larger object goes up in parts of that size, several at once. S3 takes 5 MiB to 5 GiB.
    std::size_t part_bytes = std::size_t{16} << 20U;
    std::size_t parts_at_once = 4;
    std::uint64_t jitter_seed = std::random_device{}();
};

struct S3Object {
    std::string bytes;
    std::string etag;  ///< Without quotes. Says which content it is.
};

struct S3Head {
    std::uint64_t size = 0;
    std::string etag;
};

class S3Bucket {
public:
    /// Asks for the first key below the prefix, so that a wrong endpoint, bucket or login shows
    /// here. Errors: kInvalidInput (options; no such bucket; another region), kUnauthenticated,
    /// kForbidden, kUnavailable. The clock must outlive it.
    [[nodiscard]] static Result<std::unique_ptr<S3Bucket>> open(
        S3Options options, const ports::Clock& clock,
        const s3::Environment& environment = s3::process_environment());
    ~S3Bucket();
    S3Bucket(const S3Bucket&) = delete;
    S3Bucket& operator=(const S3Bucket&) = delete;

    /// Keys are relative to the prefix. All: kUnauthenticated, kForbidden, kUnavailable,
    /// kInvalidInput.

    /// Creates or replaces the object, whole or not at all; returns its ETag. Error besides:
    /// kStorageFull.
    [[nodiscard]] Result<std::string> put(std::string_view key, std::string_view bytes);
    /// The same for a key that is not there yet; kConflict if it is. Of several at once one wins.
    /// The first one tries with a passing object whether the store keeps such conditions
    /// (kInvalidInput: it ignores them).
    [[nodiscard]] Result<std::string> create(std::string_view key, std::string_view bytes);
    /// Error: kNotFound.
    [[nodiscard]] Result<S3Object> get(std::string_view key);
    [[nodiscard]] Result<std::optional<S3Head>> head(std::string_view key);
    /// An object that is not there is no error.
    [[nodiscard]] Status remove(std::string_view key);
    /// Within the bucket, replacing `to`; up to 5 GB. Error: kNotFound.
    [[nodiscard]] Status copy(std::string_view from, std::string_view to);
    /// Keys that begin with `start`, sorted. One request for each 1,000.
    [[nodiscard]] Result<std::vector<std::string>> list(std::string_view start);

    /// Ends every request within a second or so with kUnavailable, those under way and to come.
    void interrupt() noexcept { http_->interrupt(); }

private:
    struct Call;
    struct Outcome;
    struct Upload;

    S3Bucket(S3Options options, std::unique_ptr<s3::HttpPool> http,
             std::unique_ptr<s3::HttpPool> metadata, const ports::Clock& clock);
    [[nodiscard]] Status connect();
    [[nodiscard]] std::string url_of(const Call& call) const;
    /// Tries until there is an answer that no repeat would change.
    [[nodiscard]] Result<Outcome> send(const Call& call);
    [[nodiscard]] Status pause_before(int attempt, std::int64_t begun_us, const Error& last);
    [[nodiscard]] Error no_answer(const Call& call, const s3::HttpFailure& failure) const;
    [[nodiscard]] Error refusal(const Call& call, const s3::HttpAnswer& answer) const;
    [[nodiscard]] Error place(const Call& call, Error error) const;

    [[nodiscard]] Status prove_conditions();
    [[nodiscard]] Result<std::string> store(std::string_view key, std::string_view bytes,
                                            bool only_new);
    [[nodiscard]] Result<std::string> store_whole(std::string_view key, std::string_view bytes,
                                                  bool only_new);
    [[nodiscard]] Result<std::string> store_in_parts(std::string_view key, std::string_view bytes,
                                                     bool only_new);
    [[nodiscard]] Status send_parts(Upload& upload);
    [[nodiscard]] Result<std::string> complete(const Upload& upload, std::string_view bytes,
                                               bool only_new);
    /// After an answer that a repeat of ours may have caused: whether the object is what we sent.
    [[nodiscard]] Result<std::string> settle(const Call& call, std::string_view bytes,
                                             const s3::HttpAnswer& answer);

    const S3Options options_;
    std::string base_url_;  ///< With the bucket, without a slash at its end.
    std::string prefix_;    ///< Empty, or with a slash at its end.
    std::unique_ptr<s3::HttpPool> http_;
    std::unique_ptr<s3::HttpPool> metadata_;
    s3::CredentialChain login_;
    const ports::Clock& clock_;
    std::atomic<bool> conditions_hold_{false};
    std::mutex mutex_;  ///< Guards random_.
    std::mt19937_64 random_;
};

}  // namespace shelfcast::adapters
