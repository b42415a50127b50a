#include "pipelines/forecast/file_rows.h"

#include <algorithm>
#include <set>
#include <utility>

#include "pipelines/ingest/file_stream.h"
#include "pipelines/ingest/import_source.h"
#include "retail/utf8.h"

namespace shelfcast::forecast {
namespace {

class CsvRows final : public FileRows {
public:
    static Result<std::unique_ptr<FileRows>> open(const std::string& path) {
        SHELFCAST_ASSIGN(auto file, ingest::FileStream::open(path));
        auto rows = std::make_unique<CsvRows>(
            ingest::RowReader(std::move(file), ingest::TextFormat::kCsv), path);
        SHELFCAST_TRY(rows->read_header());
        return rows;
    }

    CsvRows(ingest::RowReader reader, std::string path)
        : reader_(std::move(reader)), path_(std::move(path)) {}

    [[nodiscard]] const std::vector<std::string>& columns() const override { return columns_; }

    Status select(std::vector<std::string> columns) override {
        for (const std::string& column : columns) {
            selected_.push_back(
                static_cast<std::size_t>(std::ranges::find(columns_, column) - columns_.begin()));
        }
        cells_.resize(selected_.size());
        return {};
    }

    Result<bool> next(const std::stop_token& stop) override {
        constexpr std::uint64_t kRowsBetweenLooks = 4'096;
        if (number_ % kRowsBetweenLooks == 0 && stop.stop_requested()) {
            return fail(ErrorKind::kUnavailable, "{}: stopped", path_);
        }
        SHELFCAST_ASSIGN(const bool more, reader_.next(row_));
        if (!more) {
            SHELFCAST_TRY(reader_.file().check_unchanged());
            return false;
        }
        ++number_;
        SHELFCAST_TRY(split());
        for (std::size_t i = 0; i < selected_.size(); ++i) {
            cells_[i] = fields_[selected_[i]];
        }
        return true;
    }

    [[nodiscard]] std::uint64_t number() const override { return number_; }
    [[nodiscard]] std::span<const std::string_view> cells() const override { return cells_; }

private:
    Status read_header() {
        SHELFCAST_ASSIGN(const bool more, reader_.next(row_));
        if (!more || row_.too_long() || !ingest::split_csv(row_.text, scratch_, fields_)) {
            return fail(ErrorKind::kInvalidInput, "{}: the first line is no CSV header: {}", path_,
                        retail::printable(more ? row_.text : ""));
        }
        columns_.assign(fields_.begin(), fields_.end());
        return {};
    }

    Status split() {
        if (row_.too_long() || !ingest::split_csv(row_.text, scratch_, fields_)) {
            return fail(ErrorKind::kInvalidInput,
                        "{}: row {}: a quoted field is not closed, or the row is too long", path_,
                        number_);
        }
        if (fields_.size() != columns_.size()) {
            return fail(ErrorKind::kInvalidInput, "{}: row {} has {} fields, the header {}", path_,
                        number_, fields_.size(), columns_.size());
        }
        return {};
    }

    ingest::RowReader reader_;
    std::string path_;
    ingest::TextRow row_;
    std::string scratch_;
    std::vector<std::string_view> fields_;
    std::vector<std::string> columns_;
    std::vector<std::size_t> selected_;
    std::vector<std::string_view> cells_;
    std::uint64_t number_ = 0;
};

class ParquetRows final : public FileRows {
public:
    explicit ParquetRows(std::unique_ptr<ports::TableFile> file) : file_(std::move(file)) {
        for (const ports::FileColumn& column : file_->columns()) {
            columns_.push_back(column.name);
        }
    }

    [[nodiscard]] const std::vector<std::string>& columns() const override { return columns_; }

    Status select(std::vector<std::string> columns) override {
        SHELFCAST_ASSIGN(stream_, file_->read(columns, 0));
        cells_.resize(columns.size());
        return {};
    }

    Result<bool> next(const std::stop_token& stop) override {
        if (!block_ || row_ + 1 >= block_->rows()) {
            do {  // Ends with the file.
                SHELFCAST_ASSIGN(block_, stream_->next(stop));
            } while (block_ && block_->rows() == 0);
            if (!block_) {
                return false;
            }
            row_ = 0;
        } else {
            ++row_;
        }
        for (std::size_t i = 0; i < cells_.size(); ++i) {
            cells_[i] = block_->columns[i].texts[row_];
        }
        return true;
    }

    [[nodiscard]] std::uint64_t number() const override { return block_->first_row + row_ + 1; }
    [[nodiscard]] std::span<const std::string_view> cells() const override { return cells_; }

private:
    std::unique_ptr<ports::TableFile> file_;
    std::unique_ptr<ports::TextRowStream> stream_;
    std::optional<ports::TextRows> block_;
    std::size_t row_ = 0;
    std::vector<std::string> columns_;
    std::vector<std::string_view> cells_;
};

}  // namespace

Result<std::unique_ptr<FileRows>> open_rows(const std::string& path,
                                            ports::TableFileReader& tables) {
    SHELFCAST_ASSIGN(const ingest::FileFormat format, ingest::detect_format(path));
    std::unique_ptr<FileRows> rows;
    if (format == ingest::FileFormat::kCsv) {
        SHELFCAST_ASSIGN(rows, CsvRows::open(path));
    } else if (format == ingest::FileFormat::kParquet) {
        SHELFCAST_ASSIGN(auto file, tables.open(path));
        rows = std::make_unique<ParquetRows>(std::move(file));
    } else {
        return fail(ErrorKind::kInvalidInput, "{}: neither CSV nor Parquet", path);
    }
    std::set<std::string_view> seen;
    for (const std::string& column : rows->columns()) {
        if (!seen.insert(column).second) {
            return fail(ErrorKind::kInvalidInput, "{}: column {} is there twice", path, column);
        }
    }
    return rows;
}

}  // namespace shelfcast::forecast
