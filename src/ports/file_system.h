#pragma once

/// \file ports/file_system.h
/// Files as the lake and the state store need them, with durability spelled out.
///
/// A write survives a power loss only after `sync_file`; a new or renamed name only after
/// `sync_directory` of its folder. The simulation's adapter forgets the rest at a crash; an object
/// store, whose every write is whole and durable, has nothing left to sync.
/// Paths are relative to the adapter's root, with '/', and never contain "..". Thread safe.

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace shelfcast::ports {

class FileSystem {
public:
    virtual ~FileSystem() = default;

    /// Creates or replaces the file with these bytes; folders are made (and synced) as needed.
    /// Errors: kStorageFull, kUnavailable.
    [[nodiscard]] virtual Status write_file(std::string_view path, std::string_view bytes) = 0;
    [[nodiscard]] virtual Status sync_file(std::string_view path) = 0;
    [[nodiscard]] virtual Status sync_directory(std::string_view path) = 0;
    /// Atomically replaces `to`.
    [[nodiscard]] virtual Status rename(std::string_view from, std::string_view to) = 0;
    /// Error: kNotFound.
    [[nodiscard]] virtual Result<std::string> read_file(std::string_view path) = 0;
    /// In bytes; nothing if the file is not there.
    [[nodiscard]] virtual Result<std::optional<std::uint64_t>> file_size(std::string_view path) = 0;
    /// A file that is not there is no error.
    [[nodiscard]] virtual Status remove_file(std::string_view path) = 0;
    /// Paths of all files below a folder, sorted; empty if the folder is not there.
    [[nodiscard]] virtual Result<std::vector<std::string>> list_files(std::string_view path) = 0;

    /// Writes bytes so that after a crash the file is there whole, as before, or not at all; what
    /// returned without error survives. Here: temporary file, sync, rename, sync of the folder,
    /// with the failpoint `file.written` before the rename.
    [[nodiscard]] virtual Status write_durably(std::string_view path, std::string_view bytes);
    /// The same for a file that must not be there yet. Of several writers at once, also in other
    /// processes, one succeeds; for the others it is kConflict and nothing changes.
    [[nodiscard]] virtual Status create_durably(std::string_view path, std::string_view bytes) = 0;
};

/// Whether a path is one that every file system takes. Error: kInvalidInput, unless it is relative,
/// without empty, "." or ".." parts and zero bytes.
[[nodiscard]] Status check_file_path(std::string_view path);
/// The same for a folder: the empty path is the root.
[[nodiscard]] Status check_folder_path(std::string_view path);

}  // namespace shelfcast::ports
