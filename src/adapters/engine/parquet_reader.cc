#include "adapters/engine/parquet_reader.h"

#include <fcntl.h>
#include <sys/stat.h>

#include <algorithm>
#include <cerrno>
#include <charconv>
#include <optional>
#include <set>
#include <string_view>
#include <utility>

#include "adapters/engine/one_shot.h"
#include "sql_text.h"

namespace shelfcast::adapters {

namespace {

// The file comes to the engine as an open descriptor: no pattern characters in a name mean
// anything, and what is read is what was opened, whatever happens to the name.
constexpr std::string_view kInputFile = "/proc/self/fd/3";

struct FileStamp {
    off_t size = 0;
    timespec changed{};
    bool operator==(const FileStamp& other) const {
        return size == other.size && changed.tv_sec == other.changed.tv_sec &&
               changed.tv_nsec == other.changed.tv_nsec;
    }
};

Result<FileStamp> stamp_of(const Descriptor& file, const std::string& path) {
    struct stat status{};
    if (::fstat(file.get(), &status) != 0) {
        return tl::unexpected(system_error(fmt::format("cannot read {}", path), errno));
    }
    if (!S_ISREG(status.st_mode)) {
        return fail(ErrorKind::kInvalidInput, "{} is not a regular file", path);
    }
    return FileStamp{.size = status.st_size, .changed = status.st_mtim};
}

// "2026-11-22 10:00:00.123000" as naive text or instant, with no more digits than it needs and no
// fewer than three.
void append_timestamp(retail::TextColumn& to, std::string_view text, ports::TimestampKind kind) {
    constexpr std::size_t kMilliseconds = 23;
    constexpr std::size_t kDateEnd = 10;
    while (text.size() > kMilliseconds && text.back() == '0') {
        text.remove_suffix(1);
    }
    if (kind != ports::TimestampKind::kUtc || text.size() <= kDateEnd) {
        to.push_back(text);
        return;
    }
    to.push_back(fmt::format("{}T{}Z", text.substr(0, kDateEnd), text.substr(kDateEnd + 1)));
}

void rewrite_timestamps(ports::TextCells& cells, ports::TimestampKind kind) {
    retail::TextColumn rewritten;
    rewritten.bytes.reserve(cells.texts.bytes.size());
    rewritten.ends.reserve(cells.texts.size());
    for (std::size_t row = 0; row < cells.texts.size(); ++row) {
        append_timestamp(rewritten, cells.texts[row], kind);
    }
    cells.texts = std::move(rewritten);
}

std::string quoted_name(std::string_view name) {
    std::string quoted = "`";
    for (const char c : name) {
        if (c == '`' || c == '\\') {
            quoted += '\\';
        }
        quoted += c;
    }
    return quoted + '`';
}

class ParquetRows final : public ports::TextRowStream {
public:
    ParquetRows(std::unique_ptr<OneShot> shot, std::vector<ports::TimestampKind> kinds,
                std::uint64_t first_row, const Descriptor& file, const std::string& path,
                FileStamp stamp)
        : shot_(std::move(shot)),
          kinds_(std::move(kinds)),
          next_row_(first_row),
          file_(file),
          path_(path),
          stamp_(stamp) {}

    Result<std::optional<ports::TextRows>> next(const std::stop_token& stop) override {
        auto block = shot_->next_block(stop);
        // A file that changed explains whatever the engine says about it.
        SHELFCAST_ASSIGN(const FileStamp now, stamp_of(file_, path_));
        if (!(now == stamp_)) {
            return fail(ErrorKind::kConflict, "{} was changed while it was read", path_);
        }
        if (!block) {
            return forward_error(block);
        }
        if (!*block) {
            return std::nullopt;
        }
        ports::TextRows rows{.first_row = next_row_, .columns = std::move(**block)};
        if (rows.columns.size() != kinds_.size()) {
            return fail(ErrorKind::kUnavailable, "{}: the engine sent {} columns for {}", path_,
                        rows.columns.size(), kinds_.size());
        }
        for (std::size_t column = 0; column < kinds_.size(); ++column) {
            if (kinds_[column] != ports::TimestampKind::kNone) {
                rewrite_timestamps(rows.columns[column], kinds_[column]);
            }
        }
        next_row_ += rows.rows();
        return rows;
    }

private:
    const std::unique_ptr<OneShot> shot_;
    const std::vector<ports::TimestampKind> kinds_;
    std::uint64_t next_row_;
    const Descriptor& file_;   // Of the ParquetFile, which outlives its streams.
    const std::string& path_;  // Likewise.
    const FileStamp stamp_;
};

class ParquetFile final : public ports::TableFile {
public:
    ParquetFile(ParquetReaderOptions options, std::string path, Descriptor file, FileStamp stamp)
        : options_(std::move(options)),
          path_(std::move(path)),
          file_(std::move(file)),
          stamp_(stamp) {}

    Status describe() {
        SHELFCAST_ASSIGN(const std::unique_ptr<OneShot> shot,
                         OneShot::start(options_, sql_text("engine/describe_parquet.sql"),
                                        {{"path", std::string(kInputFile)}}, file_, path_));
        while (true) {
            SHELFCAST_ASSIGN(const auto block, shot->next_block({}));
            if (!block) {
                return {};
            }
            // Two statements answer one after the other; their blocks differ in width.
            SHELFCAST_TRY(block->size() == 2 ? take_columns(*block) : take_leaves(*block));
        }
    }

    [[nodiscard]] const std::vector<ports::FileColumn>& columns() const override {
        return columns_;
    }
    [[nodiscard]] std::uint64_t rows() const override { return rows_; }

    Result<std::unique_ptr<ports::TextRowStream>> read(std::span<const std::string> columns,
                                                       std::uint64_t first_row) override {
        std::string structure;
        std::vector<ports::TimestampKind> kinds;
        std::set<std::string_view> seen;
        for (const std::string& name : columns) {
            SHELFCAST_ASSIGN(const ports::FileColumn* column, find(name));
            if (!seen.insert(name).second) {
                return fail(ErrorKind::kInvalidInput, "{}: column {} is asked for twice", path_,
                            name);
            }
            structure += fmt::format("{}{} {}", structure.empty() ? "" : ", ", quoted_name(name),
                                     column->type);
            kinds.push_back(column->timestamp);
        }
        if (columns.empty()) {
            return fail(ErrorKind::kInvalidInput, "{}: no column is asked for", path_);
        }
        SHELFCAST_ASSIGN(std::unique_ptr<OneShot> shot,
                         OneShot::start(options_, sql_text("engine/read_parquet.sql"),
                                        {{"path", std::string(kInputFile)},
                                         {"structure", structure},
                                         {"first_row", std::to_string(first_row)}},
                                        file_, path_));
        return std::make_unique<ParquetRows>(std::move(shot), std::move(kinds), first_row, file_,
                                             path_, stamp_);
    }

private:
    Status take_columns(const std::vector<ports::TextCells>& block) {
        for (std::size_t row = 0; row < block[0].texts.size(); ++row) {
            columns_.push_back({.name = std::string(block[0].texts[row]),
                                .type = std::string(block[1].texts[row])});
        }
        return {};
    }

    Status take_leaves(const std::vector<ports::TextCells>& block) {
        if (block.size() != 4) {
            return fail(ErrorKind::kUnavailable, "{}: the engine described it in {} columns", path_,
                        block.size());
        }
        for (std::size_t row = 0; row < block[0].texts.size(); ++row) {
            const std::string_view count = block[3].texts[row];
            std::from_chars(count.begin(), count.end(), rows_);
            const auto column =
                std::ranges::find(columns_, block[0].texts[row], &ports::FileColumn::name);
            if (column == columns_.end()) {
                continue;  // Inside a nested column.
            }
            const std::string_view logical = block[2].texts[row];
            if (block[1].texts[row] == "INT96") {
                ambiguous_.insert(column->name);
            } else if (logical.starts_with("Timestamp(isAdjustedToUTC=true")) {
                column->timestamp = ports::TimestampKind::kUtc;
            } else if (logical.starts_with("Timestamp(")) {
                column->timestamp = ports::TimestampKind::kNaive;
            }
        }
        return {};
    }

    Result<const ports::FileColumn*> find(const std::string& name) const {
        const auto column = std::ranges::find(columns_, name, &ports::FileColumn::name);
        if (column == columns_.end()) {
            std::string known;
            for (const ports::FileColumn& other : columns_) {
                known += (known.empty() ? "" : ", ") + other.name;
            }
            return fail(ErrorKind::kNotFound, "{} has no column {}; it has {}", path_, name, known);
        }
        if (ambiguous_.contains(name)) {
            return fail(ErrorKind::kInvalidInput,
                        "{}: column {} is an INT96 timestamp, which does not say whether it is "
                        "UTC or store time; write it as TIMESTAMP (in Spark: "
                        "spark.sql.parquet.outputTimestampType=TIMESTAMP_MICROS)",
                        path_, name);
        }
        return &*column;
    }

    const ParquetReaderOptions options_;
    const std::string path_;
    const Descriptor file_;
    const FileStamp stamp_;
    std::vector<ports::FileColumn> columns_;
    std::set<std::string> ambiguous_;
    std::uint64_t rows_ = 0;
};

}  // namespace

Result<std::unique_ptr<ports::TableFile>> ParquetReader::open(const std::string& path) {
    // Not blocking: a named pipe must be refused, not waited for.
    Descriptor file(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK));
    if (!file) {
        return tl::unexpected(system_error(fmt::format("cannot open {}", path), errno));
    }
    SHELFCAST_ASSIGN(const FileStamp stamp, stamp_of(file, path));
    auto opened = std::make_unique<ParquetFile>(options_, path, std::move(file), stamp);
    SHELFCAST_TRY(opened->describe());
    return opened;
}

}  // namespace shelfcast::adapters
