#pragma once

/// \file adapters/engine/one_shot.h
/// One statement in an engine process of its own: parameters in, Native blocks out.
///
/// Owned by one thread. The destructor ends the process.

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <stop_token>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "adapters/engine/child_process.h"
#include "adapters/engine/parquet_reader.h"
#include "adapters/engine/stop_signal.h"
#include "base/result.h"
#include "ports/table_file_reader.h"

namespace shelfcast::adapters {

/// A folder that goes when its owner goes.
class ScratchFolder {
public:
    /// Error: kStorageFull, kForbidden, kNotFound, kUnavailable.
    [[nodiscard]] static Result<ScratchFolder> create(const std::filesystem::path& parent);
    ScratchFolder() = default;
    ScratchFolder(ScratchFolder&& other) noexcept : path_(std::exchange(other.path_, {})) {}
    ScratchFolder& operator=(ScratchFolder&& other) noexcept;
    ~ScratchFolder() { remove(); }
    [[nodiscard]] const std::filesystem::path& path() const { return path_; }

private:
    void remove();
    std::filesystem::path path_;
};

/// A query parameter as the engine wants it on its command line: in TabSeparated escaping.
[[nodiscard]] std::string escape_parameter(std::string_view text);

class OneShot {
public:
    using Parameters = std::vector<std::pair<std::string, std::string>>;

    /// `input_file` becomes the process's descriptor 3: /proc/self/fd/3. `subject` names it in
    /// errors. Errors: kNotFound, kForbidden (library), kUnavailable.
    [[nodiscard]] static Result<std::unique_ptr<OneShot>> start(const ParquetReaderOptions& options,
                                                                std::string_view statement,
                                                                const Parameters& parameters,
                                                                const Descriptor& input_file,
                                                                std::string subject);

    /// The next block with rows: String and Nullable(String) columns only. Nothing once the process
    /// has ended in order. Errors: kInvalidInput (the engine refuses), kUnavailable.
    [[nodiscard]] Result<std::optional<std::vector<ports::TextCells>>> next_block(
        const std::stop_token& stop);

private:
    OneShot(std::string subject, std::chrono::milliseconds silence, StopSignal stop)
        : subject_(std::move(subject)), silence_(silence), stop_(std::move(stop)) {}

    [[nodiscard]] Result<ports::TextCells> read_column(std::uint64_t rows);
    [[nodiscard]] Result<std::uint64_t> read_varint();
    [[nodiscard]] Status append_bytes(std::string& to, std::uint64_t size);
    [[nodiscard]] Result<std::string> read_text();
    /// Makes at least one byte available; false at the end of the output.
    [[nodiscard]] Result<bool> fill();
    [[nodiscard]] Status end_of_output();

    const std::string subject_;
    const std::chrono::milliseconds silence_;
    const StopSignal stop_;
    ScratchFolder scratch_;
    Descriptor lifeline_;
    Descriptor output_;
    ChildProcess child_;
    std::string buffer_;
    std::size_t position_ = 0;
};

}  // namespace shelfcast::adapters
