#pragma once

/// \file adapters/s3/s3_files.h
/// Files as objects of an S3 bucket. A write is whole and durable when it returns, so there is
/// nothing to sync and no temporary name; a folder is only the beginning of a name. Thread safe.
/// The bucket must outlive it.

#include "adapters/s3/s3_bucket.h"
#include "ports/file_system.h"

namespace shelfcast::adapters {

class S3Files final : public ports::FileSystem {
public:
    explicit S3Files(S3Bucket& bucket) : bucket_(bucket) {}

    /// Errors of all: those of S3Bucket, and kInvalidInput for a path that the port forbids.
    [[nodiscard]] Status write_file(std::string_view path, std::string_view bytes) override;
    /// Looks only whether the file is there.
    [[nodiscard]] Status sync_file(std::string_view path) override;
    /// Does nothing.
    [[nodiscard]] Status sync_directory(std::string_view path) override;
    /// A copy, then the removal of `from`: `to` is replaced atomically, and a crash may leave both.
    [[nodiscard]] Status rename(std::string_view from, std::string_view to) override;
    [[nodiscard]] Result<std::string> read_file(std::string_view path) override;
    [[nodiscard]] Result<std::optional<std::uint64_t>> file_size(std::string_view path) override;
    [[nodiscard]] Status remove_file(std::string_view path) override;
    /// One request for each 1,000 files.
    [[nodiscard]] Result<std::vector<std::string>> list_files(std::string_view path) override;
    /// One PUT: half an object is never seen.
    [[nodiscard]] Status write_durably(std::string_view path, std::string_view bytes) override;
    [[nodiscard]] Status create_durably(std::string_view path, std::string_view bytes) override;

private:
    S3Bucket& bucket_;
};

}  // namespace shelfcast::adapters
