#pragma once

/// \file tests/engines/minio_server.h
/// S3 stores for tests: buckets of the MinIO that all tests share, and one of a test's own, which
/// may be killed and frozen.

#include <sys/types.h>

#include <cstdint>
#include <filesystem>
#include <string>

#include "adapters/s3/s3_bucket.h"
#include "ports/clock.h"

namespace shelfcast::tests {

/// The machine's.
[[nodiscard]] const ports::Clock& real_clock();

/// Options for a prefix that nobody has used, in a bucket of the shared MinIO. Ends the test
/// program when there is no such server.
[[nodiscard]] adapters::S3Options shared_s3();

/// Makes the bucket that the options name; one that is there is no error.
[[nodiscard]] Status make_bucket(const adapters::S3Options& options);

/// A MinIO on a folder of its own, both gone with it.
class MinioServer {
public:
    MinioServer();
    ~MinioServer();
    MinioServer(const MinioServer&) = delete;
    MinioServer& operator=(const MinioServer&) = delete;

    /// Returns once it answers, on the same port and folder each time.
    [[nodiscard]] Status start();
    /// It takes the key of options() no more, also after a start; and takes it again.
    [[nodiscard]] Status revoke_key();
    [[nodiscard]] Status restore_key();
    /// The most that bucket "own" takes, in bytes; 0: no limit. By the store's own administration.
    [[nodiscard]] Status limit_bucket(std::uint64_t bytes);
    /// As a power cut would.
    void kill();
    /// It neither answers nor ends, until thaw().
    void freeze();
    void thaw();
    /// Its bucket "own", with little patience.
    [[nodiscard]] adapters::S3Options options() const;
    [[nodiscard]] std::filesystem::path folder() const { return folder_; }

private:
    [[nodiscard]] Status restart_with(const std::string& secret);

    std::filesystem::path folder_;
    std::string secret_;
    int port_ = 0;
    ::pid_t pid_ = -1;
};

}  // namespace shelfcast::tests
