#pragma once

/// \file pipelines/ingest/file_stream.h
/// A file read once from its start, hashed on the way, that notices when somebody changes it.
///
/// One owner, not thread safe. Only the bytes that were there when it was opened are read.

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <utility>

#include "base/result.h"
#include "pipelines/ingest/content_hash.h"

namespace shelfcast::ingest {

/// What tells one state of a file from another.
struct FileIdentity {
    std::uint64_t bytes = 0;
    std::int64_t modified_ns = 0;
    std::uint64_t inode = 0;
    std::uint64_t device = 0;
    bool operator==(const FileIdentity&) const = default;
};

class FileStream {
public:
    /// Errors, naming the path: kNotFound, kInvalidInput (a directory, no regular file, empty),
    /// kForbidden, kUnavailable.
    [[nodiscard]] static Result<FileStream> open(const std::string& path);

    FileStream(FileStream&& other) noexcept;
    FileStream& operator=(FileStream&&) = delete;
    FileStream(const FileStream&) = delete;
    FileStream& operator=(const FileStream&) = delete;
    ~FileStream();

    [[nodiscard]] const std::string& path() const noexcept { return path_; }
    [[nodiscard]] const FileIdentity& identity() const noexcept { return identity_; }
    [[nodiscard]] std::uint64_t bytes_read() const noexcept { return bytes_read_; }

    /// Fills `buffer` as far as the file goes; 0 at the end. Error: kConflict when it changed.
    [[nodiscard]] Result<std::size_t> read(std::span<char> buffer);

    /// Hash of what was read so far.
    [[nodiscard]] std::string digest() const { return hasher_.digest(); }

    /// Error: kConflict when the path no longer names the file as it was opened.
    [[nodiscard]] Status check_unchanged() const;

private:
    FileStream(std::string path, int descriptor, FileIdentity identity)
        : path_(std::move(path)), descriptor_(descriptor), identity_(identity) {}

    std::string path_;
    int descriptor_;
    FileIdentity identity_;
    std::uint64_t bytes_read_ = 0;
    ContentHasher hasher_;
};

}  // namespace shelfcast::ingest
