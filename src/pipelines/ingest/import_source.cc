#include "pipelines/ingest/import_source.h"

#include <simdjson.h>

#include <algorithm>
#include <filesystem>
#include <utility>

#include "pipelines/ingest/event_columns.h"
#include "pipelines/ingest/message_converter.h"
#include "pipelines/ingest/message_split.h"
#include "retail/utf8.h"

namespace shelfcast::ingest {
namespace {

constexpr std::string_view kParquetMagic = "PAR1";

/// The rows of a chunk of a text file, copied together.
class TextChunk {
public:
    struct Row {
        std::size_t begin = 0;
        std::size_t size = 0;
        std::uint64_t true_bytes = 0;
    };

    void clear() {
        text_.clear();
        rows_.clear();
    }
    void add(const TextRow& row) {
        rows_.push_back({text_.size(), row.text.size(), row.true_bytes});
        text_ += row.text;
    }
    void pad() { text_.append(retail::EventDecoder::kPadding, '\0'); }
    [[nodiscard]] std::size_t bytes() const { return text_.size(); }
    [[nodiscard]] const std::vector<Row>& rows() const { return rows_; }
    [[nodiscard]] std::string_view operator[](const Row& row) const {
        return std::string_view(text_).substr(row.begin, row.size);
    }

private:
    std::string text_;
    std::vector<Row> rows_;
};

/// What CSV and NDJSON share: rows of text.
class TextSource : public ImportSource {
public:
    explicit TextSource(RowReader reader) : reader_(std::move(reader)) {}

    Status skip(std::uint64_t rows, const std::stop_token& stop) override {
        TextRow row;
        for (std::uint64_t skipped = 0; skipped < rows; ++skipped) {
            if (stop.stop_requested()) {
                return fail(ErrorKind::kUnavailable, "{}: stopped", reader_.file().path());
            }
            SHELFCAST_ASSIGN(const bool more, reader_.next(row));
            if (!more) {
                return fail(ErrorKind::kConflict,
                            "{}: has {} rows, fewer than the {} imported before",
                            reader_.file().path(), skipped, rows);
            }
        }
        next_row_ += rows;
        return {};
    }

    Result<std::size_t> next_chunk(const ChunkLimits& limits, const std::stop_token&) override {
        chunk_.clear();
        first_row_ = next_row_;
        TextRow row;
        while (chunk_.rows().size() < limits.rows && chunk_.bytes() < limits.bytes) {
            SHELFCAST_ASSIGN(const bool more, reader_.next(row));
            if (!more) {
                break;
            }
            chunk_.add(row);
        }
        chunk_.pad();
        next_row_ += chunk_.rows().size();
        return chunk_.rows().size();
    }

    [[nodiscard]] std::uint64_t position() const override { return reader_.position(); }
    [[nodiscard]] std::uint64_t row_end() const override { return reader_.row_end(); }

    [[nodiscard]] const std::vector<std::string>& ignored_columns() const override {
        return ignored_;
    }

    Result<std::string> finish() override {
        SHELFCAST_TRY(reader_.drain());
        SHELFCAST_TRY(reader_.file().check_unchanged());
        return reader_.file().digest();
    }

protected:
    [[nodiscard]] static bool is_utf8(std::string_view text) {
        return simdjson::validate_utf8(text);
    }
    /// Refuses a row that no parser needs to look at; true if it did.
    bool refuse_at_sight(const TextChunk::Row& row, std::uint64_t number, RowConverter& converter,
                         BatchBuilder& builder) {
        const std::string_view text = chunk_[row];
        if (row.true_bytes > text.size()) {
            converter.refuse(number, retail::RejectReason::kTooLong,
                             fmt::format("the row has {} bytes, more than {}", row.true_bytes,
                                         RowReader::kMaxRowBytes),
                             text, row.true_bytes, builder);
            return true;
        }
        return false;
    }

    RowReader reader_;
    TextChunk chunk_;
    std::uint64_t first_row_ = 0;
    std::uint64_t next_row_ = 0;
    std::vector<std::string> ignored_;
};

/// Gathers texts in order of appearance, each once.
class OrderedTexts {
public:
    explicit OrderedTexts(std::vector<std::string>& texts)
        : texts_(texts), seen_(texts.begin(), texts.end()) {}
    void add(std::string_view text) {
        if (text == last_ || text.empty()) {
            return;
        }
        last_ = text;
        if (seen_.find(text) == seen_.end()) {
            seen_.emplace(text);
            texts_.emplace_back(text);
        }
    }

private:
    std::vector<std::string>& texts_;
    std::set<std::string, std::less<>> seen_;
    std::string last_;
};

class CsvSource final : public TextSource {
public:
    CsvSource(RowReader reader, EventColumns columns, std::size_t column_count)
        : TextSource(std::move(reader)), columns_(std::move(columns)), width_(column_count) {
        ignored_ = columns_.ignored;
    }

    void collect_stores(std::vector<std::string>& texts) override {
        OrderedTexts found(texts);
        const std::size_t column = *columns_.column_of[static_cast<std::size_t>(Field::kStoreId)];
        for (const TextChunk::Row& row : chunk_.rows()) {
            if (row.true_bytes == row.size && is_utf8(chunk_[row]) &&
                split_csv(chunk_[row], scratch_, fields_) && fields_.size() == width_) {
                found.add(fields_[column]);
            }
        }
    }

    Status convert(StoreResolver& stores, BatchBuilder& builder) override {
        for (std::size_t i = 0; i < chunk_.rows().size(); ++i) {
            SHELFCAST_TRY(convert_row(chunk_.rows()[i], first_row_ + i, stores, builder));
        }
        return {};
    }

private:
    Status convert_row(const TextChunk::Row& row, std::uint64_t number, StoreResolver& stores,
                       BatchBuilder& builder) {
        if (refuse_at_sight(row, number, converter_, builder)) {
            return {};
        }
        const std::string_view text = chunk_[row];
        const auto refuse = [&](retail::RejectReason reason, std::string_view detail) {
            converter_.refuse(number, reason, detail, text, 0, builder);
        };
        if (!is_utf8(text)) {
            refuse(retail::RejectReason::kBadUtf8,
                   fmt::format("byte {} of the row is not UTF-8", retail::first_bad_utf8(text)));
        } else if (!split_csv(text, scratch_, fields_)) {
            refuse(retail::RejectReason::kBadText,
                   "a quoted field is not closed, or text follows its closing quote");
        } else if (fields_.size() != width_) {
            refuse(fields_.size() < width_ ? retail::RejectReason::kMissingField
                                           : retail::RejectReason::kUnknownField,
                   fmt::format("the row has {} fields, the header {}", fields_.size(), width_));
        } else {
            FieldTexts texts;
            for (std::size_t field = 0; field < kFields; ++field) {
                if (const auto column = columns_.column_of[field]) {
                    texts[field] = fields_[*column];
                }
            }
            return converter_.convert(number, texts, stores, builder);
        }
        return {};
    }

    EventColumns columns_;
    std::size_t width_;
    std::string scratch_;
    std::vector<std::string_view> fields_;
    RowConverter converter_;
};

class NdjsonSource final : public TextSource {
public:
    using TextSource::TextSource;

    void collect_stores(std::vector<std::string>& texts) override {
        OrderedTexts found(texts);
        for (const TextChunk::Row& row : chunk_.rows()) {
            std::string_view code;
            std::string_view token;
            if (row.true_bytes == row.size && messages_.find_store_text(chunk_[row], code, token)) {
                found.add(code);
            }
        }
    }

    Status convert(StoreResolver& stores, BatchBuilder& builder) override {
        for (std::size_t i = 0; i < chunk_.rows().size(); ++i) {
            const TextChunk::Row& row = chunk_.rows()[i];
            if (refuse_at_sight(row, first_row_ + i, converter_, builder)) {
                continue;
            }
            SHELFCAST_TRY(messages_.convert(first_row_ + i, chunk_[row], stores, builder));
        }
        return {};
    }

private:
    MessageConverter messages_;
    RowConverter converter_;
};

class ParquetSource final : public ImportSource {
public:
    ParquetSource(std::unique_ptr<ports::TableFile> file, std::string path, EventColumns columns,
                  std::vector<std::string> wanted,
                  std::array<std::optional<std::size_t>, kFields> at)
        : file_(std::move(file)),
          path_(std::move(path)),
          columns_(std::move(columns)),
          wanted_(std::move(wanted)),
          place_of_(at) {}

    Status skip(std::uint64_t rows, const std::stop_token&) override {
        if (rows > file_->rows()) {
            return fail(ErrorKind::kConflict, "{}: has {} rows, fewer than the {} imported before",
                        path_, file_->rows(), rows);
        }
        next_row_ = rows;
        return {};
    }

    Result<std::size_t> next_chunk(const ChunkLimits& limits,
                                   const std::stop_token& stop) override {
        chunk_.bytes.clear();
        chunk_.ends.clear();
        first_row_ = next_row_;
        if (!stream_) {
            SHELFCAST_ASSIGN(stream_, file_->read(wanted_, next_row_));
        }
        std::size_t rows = 0;
        std::size_t bytes = 0;
        while (rows < limits.rows && bytes < limits.bytes) {
            if (taken_ == block_.rows()) {
                SHELFCAST_ASSIGN(auto block, stream_->next(stop));
                if (!block) {
                    break;
                }
                block_ = std::move(*block);
                taken_ = 0;
                continue;
            }
            for (const ports::TextCells& cells : block_.columns) {
                const std::string_view text = cells.texts[taken_];
                chunk_.push_back(text);
                bytes += text.size();
            }
            ++taken_;
            ++rows;
        }
        next_row_ += rows;
        rows_in_chunk_ = rows;
        return rows;
    }

    void collect_stores(std::vector<std::string>& texts) override {
        OrderedTexts found(texts);
        const std::size_t column = *place_of_[static_cast<std::size_t>(Field::kStoreId)];
        for (std::size_t row = 0; row < rows_in_chunk_; ++row) {
            const std::string_view text = chunk_[row * wanted_.size() + column];
            if (simdjson::validate_utf8(text)) {
                found.add(text);
            }
        }
    }

    Status convert(StoreResolver& stores, BatchBuilder& builder) override {
        for (std::size_t row = 0; row < rows_in_chunk_; ++row) {
            FieldTexts texts;
            bool utf8 = true;
            std::size_t bytes = 0;
            for (std::size_t field = 0; field < kFields; ++field) {
                if (const auto place = place_of_[field]) {
                    texts[field] = chunk_[row * wanted_.size() + *place];
                    utf8 = utf8 && simdjson::validate_utf8(texts[field]);
                    bytes += texts[field].size();
                }
            }
            if (!utf8 || bytes > RowReader::kMaxRowBytes) {
                refuse(row, texts, utf8, builder);
                continue;
            }
            SHELFCAST_TRY(converter_.convert(first_row_ + row, texts, stores, builder));
        }
        return {};
    }

    [[nodiscard]] std::uint64_t position() const override { return 0; }
    [[nodiscard]] std::uint64_t row_end() const override { return 0; }

    [[nodiscard]] const std::vector<std::string>& ignored_columns() const override {
        return columns_.ignored;
    }

    Result<std::string> finish() override {
        if (next_row_ != file_->rows()) {
            return fail(ErrorKind::kInvalidInput, "{}: says it has {} rows and gave {}", path_,
                        file_->rows(), next_row_);
        }
        return std::string{};
    }

private:
    void refuse(std::size_t row, const FieldTexts& texts, bool utf8, BatchBuilder& builder) {
        std::string raw;
        for (const std::string_view text : texts) {
            raw += raw.empty() ? "" : ",";
            raw += text;
        }
        converter_.refuse(first_row_ + row,
                          utf8 ? retail::RejectReason::kTooLong : retail::RejectReason::kBadUtf8,
                          utf8 ? fmt::format("the row has {} bytes, more than {}", raw.size(),
                                             RowReader::kMaxRowBytes)
                               : std::string("a text of the row is not UTF-8"),
                          raw, 0, builder);
    }

    std::unique_ptr<ports::TableFile> file_;
    std::string path_;
    EventColumns columns_;
    std::vector<std::string> wanted_;
    std::array<std::optional<std::size_t>, kFields> place_of_;  ///< Among the wanted columns.
    std::unique_ptr<ports::TextRowStream> stream_;
    ports::TextRows block_;
    std::size_t taken_ = 0;
    retail::TextColumn chunk_;  ///< Row by row, the wanted columns.
    std::size_t rows_in_chunk_ = 0;
    std::uint64_t first_row_ = 0;
    std::uint64_t next_row_ = 0;
    RowConverter converter_;
};

std::string_view trimmed(std::string_view text) {
    const std::size_t begin = text.find_first_not_of(" \t");
    if (begin == std::string_view::npos) {
        return {};
    }
    return text.substr(begin, text.find_last_not_of(" \t") - begin + 1);
}

}  // namespace

std::string_view to_string(FileFormat format) noexcept {
    switch (format) {
        case FileFormat::kCsv:
            return "csv";
        case FileFormat::kNdjson:
            return "ndjson";
        case FileFormat::kParquet:
            return "parquet";
    }
    return "?";
}

Result<FileFormat> detect_format(const std::string& path) {
    SHELFCAST_ASSIGN(FileStream file, FileStream::open(path));
    std::array<char, 4096> bytes{};
    SHELFCAST_ASSIGN(const std::size_t got, file.read(bytes));
    std::string_view head(bytes.data(), got);
    std::string extension = std::filesystem::path(path).extension().string();
    std::ranges::transform(extension, extension.begin(), [](char c) {
        return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c;
    });
    if (head.starts_with(kParquetMagic)) {
        return FileFormat::kParquet;
    }
    if (extension == ".parquet") {
        return fail(ErrorKind::kInvalidInput, "{}: does not begin as a Parquet file does", path);
    }
    if (head.starts_with("\x1f\x8b") || head.starts_with("\x28\xb5\x2f\xfd") ||
        head.starts_with("PK\x03\x04")) {
        return fail(ErrorKind::kInvalidInput, "{}: is compressed; unpack it first", path);
    }
    if (head.starts_with("\xff\xfe") || head.starts_with("\xfe\xff")) {
        return fail(ErrorKind::kInvalidInput, "{}: is UTF-16; save it as UTF-8", path);
    }
    if (extension == ".csv") {
        return FileFormat::kCsv;
    }
    if (head.starts_with(kByteOrderMark)) {
        head.remove_prefix(kByteOrderMark.size());
    }
    const std::size_t first = head.find_first_not_of(" \t\r\n");
    const char begin = first == std::string_view::npos ? ' ' : head[first];
    if (begin == '[') {
        return fail(ErrorKind::kInvalidInput,
                    "{}: is a JSON array; an import wants one event per line (NDJSON)", path);
    }
    if (extension == ".ndjson" || extension == ".jsonl" || extension == ".json" || begin == '{') {
        return FileFormat::kNdjson;
    }
    return fail(ErrorKind::kInvalidInput,
                "{}: is it csv, ndjson or parquet? Name the file so, or say it with --format",
                path);
}

Result<std::unique_ptr<ImportSource>> open_csv(FileStream file, const ColumnNames& names) {
    const std::string path = file.path();
    RowReader reader(std::move(file), TextFormat::kCsv);
    TextRow header;
    SHELFCAST_ASSIGN(const bool any, reader.next(header));
    std::string scratch;
    std::vector<std::string_view> fields;
    if (!any || header.too_long() || !simdjson::validate_utf8(header.text) ||
        !split_csv(header.text, scratch, fields)) {
        return fail(ErrorKind::kInvalidInput, "{}: its first line is no CSV header", path);
    }
    std::vector<std::string> columns;
    for (const std::string_view field : fields) {
        columns.emplace_back(trimmed(field));
    }
    auto matched = EventColumns::match(columns, names);
    if (!matched) {
        return forward_error(matched, path);
    }
    return std::make_unique<CsvSource>(std::move(reader), std::move(*matched), columns.size());
}

Result<std::unique_ptr<ImportSource>> open_ndjson(FileStream file) {
    return std::make_unique<NdjsonSource>(RowReader(std::move(file), TextFormat::kNdjson));
}

Result<std::unique_ptr<ImportSource>> open_parquet(ports::TableFileReader& reader,
                                                   const std::string& path,
                                                   const ColumnNames& names) {
    SHELFCAST_ASSIGN(std::unique_ptr<ports::TableFile> file, reader.open(path));
    std::vector<std::string> columns;
    for (const ports::FileColumn& column : file->columns()) {
        columns.push_back(column.name);
    }
    auto matched = EventColumns::match(columns, names);
    if (!matched) {
        return forward_error(matched, path);
    }
    // Only the columns that an event has are read.
    std::vector<std::string> wanted;
    std::array<std::optional<std::size_t>, kFields> place_of;
    for (std::size_t field = 0; field < kFields; ++field) {
        if (const auto column = matched->column_of[field]) {
            place_of[field] = wanted.size();
            wanted.push_back(columns[*column]);
        }
    }
    return std::make_unique<ParquetSource>(std::move(file), path, std::move(*matched),
                                           std::move(wanted), place_of);
}

Result<std::unique_ptr<ImportSource>> open_source(const std::string& path, FileFormat format,
                                                  const ColumnNames& names,
                                                  ports::TableFileReader& reader) {
    if (format == FileFormat::kParquet) {
        return open_parquet(reader, path, names);
    }
    if (format == FileFormat::kNdjson && !names.empty()) {
        return fail(ErrorKind::kInvalidInput,
                    "{}: columns cannot be named otherwise in NDJSON, each line is an event", path);
    }
    SHELFCAST_ASSIGN(FileStream file, FileStream::open(path));
    return format == FileFormat::kCsv ? open_csv(std::move(file), names)
                                      : open_ndjson(std::move(file));
}

Status check_store_creation(const StoreCreation& creation) {
    if (!creation.wanted) {
        return {};
    }
    const std::string& currency = creation.currency;
    if (creation.time_zone.empty() || currency.empty()) {
        return fail(ErrorKind::kInvalidInput, "creating stores needs their time zone and currency");
    }
    if (currency.size() != 3 ||
        !std::ranges::all_of(currency, [](char c) { return c >= 'A' && c <= 'Z'; })) {
        return fail(ErrorKind::kInvalidInput, "currency '{}' is no code of three capital letters",
                    currency);
    }
    SHELFCAST_TRY(retail::TimeZone::load(creation.time_zone));
    return {};
}

Result<std::uint64_t> create_stores(ImportSource& source, ports::StoreDirectory& stores,
                                    const StoreCreation& creation, BatchBuilder& builder,
                                    StoreResolver& resolver) {
    if (!creation.wanted) {
        return std::uint64_t{0};
    }
    std::vector<std::string> texts;
    source.collect_stores(texts);
    std::erase_if(texts, [&](const std::string& text) { return resolver.find(text).has_value(); });
    if (texts.empty()) {
        return std::uint64_t{0};
    }
    SHELFCAST_ASSIGN(const auto created,
                     stores.create_stores(texts, creation.time_zone, creation.currency));
    SHELFCAST_TRY(builder.reread_catalog());
    resolver.use(builder.catalog());
    return static_cast<std::uint64_t>(created.size());
}

}  // namespace shelfcast::ingest
