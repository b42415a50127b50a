#include "pipelines/ingest/text_table.h"

#include <simdjson.h>

#include <algorithm>
#include <set>
#include <utility>

#include "pipelines/ingest/row_reader.h"
#include "retail/utf8.h"

namespace shelfcast::ingest {
namespace {

// Nothing, or why the row is none.
std::string fault_of(const TextRow& row) {
    if (row.too_long()) {
        return fmt::format("the row has {} bytes, more than {}", row.true_bytes,
                           RowReader::kMaxRowBytes);
    }
    const std::size_t bad = retail::first_bad_utf8(row.text);
    return bad == row.text.size() ? "" : fmt::format("byte {} of the row is not UTF-8", bad);
}

Status check_size(const std::string& path, std::uint64_t rows, const std::stop_token& stop) {
    if (rows > kMaxTableRows) {
        return fail(ErrorKind::kInvalidInput, "{}: has more than {} rows", path, kMaxTableRows);
    }
    if (stop.stop_requested()) {
        return fail(ErrorKind::kUnavailable, "{}: stopped", path);
    }
    return {};
}

Status read_csv(RowReader reader, TextTable& table, const std::stop_token& stop) {
    const std::string path = reader.file().path();
    TextRow row;
    std::string scratch;
    std::vector<std::string_view> fields;
    SHELFCAST_ASSIGN(bool more, reader.next(row));
    if (!more || !fault_of(row).empty() || !split_csv(row.text, scratch, fields)) {
        return fail(ErrorKind::kInvalidInput, "{}: the first line is no CSV header: {}", path,
                    retail::printable(more ? row.text : ""));
    }
    table.columns.assign(fields.begin(), fields.end());
    for (std::uint64_t number = 1;; ++number) {  // ends with the file
        SHELFCAST_ASSIGN(more, reader.next(row));
        if (!more) {
            return {};
        }
        SHELFCAST_TRY(check_size(path, number, stop));
        std::string fault = fault_of(row);
        if (fault.empty() && !split_csv(row.text, scratch, fields)) {
            fault = "a quoted field is not closed, or text follows its closing quote";
        } else if (fault.empty() && fields.size() != table.columns.size()) {
            fault = fmt::format("the row has {} fields, the header {}", fields.size(),
                                table.columns.size());
        }
        if (fault.empty()) {
            table.rows.push_back({number, {fields.begin(), fields.end()}});
        } else {
            table.faults.push_back({number, std::move(fault)});
        }
    }
}

/// Lines of flat JSON objects; a number's text stays as it is written.
class NdjsonTable {
public:
    explicit NdjsonTable(TextTable& table) : table_(table) {}

    void add(std::uint64_t number, const TextRow& row) {
        std::string fault = fault_of(row);
        TextTable::Row cells{number,
                             std::vector<std::optional<std::string>>(table_.columns.size())};
        if (fault.empty()) {
            fault = read_object(row.text, cells.cells);
        }
        if (fault.empty()) {
            table_.rows.push_back(std::move(cells));
        } else {
            table_.faults.push_back({number, std::move(fault)});
        }
    }
    /// Every row gets the columns that only later lines have.
    void finish() {
        for (TextTable::Row& row : table_.rows) {
            row.cells.resize(table_.columns.size());
        }
    }

private:
    std::string read_object(std::string_view line, std::vector<std::optional<std::string>>& cells) {
        const simdjson::padded_string padded(line);
        simdjson::dom::element element;
        // The document is checked whole first: the lazy parser looks only at what is asked for.
        if (checker_.parse(padded).get(element) != simdjson::SUCCESS || !element.is_object()) {
            return "no JSON object";
        }
        simdjson::ondemand::document document;
        simdjson::ondemand::object object;
        if (parser_.iterate(padded).get(document) != simdjson::SUCCESS ||
            document.get_object().get(object) != simdjson::SUCCESS) {
            return "no JSON object";
        }
        for (auto field : object) {
            std::string_view key;
            std::string text;
            if (field.unescaped_key().get(key) != simdjson::SUCCESS ||
                !read_value(field.value(), text)) {
                return fmt::format("field {}: neither text, number, boolean nor null",
                                   retail::printable(key));
            }
            cells.resize(std::max(cells.size(), column(key) + 1));
            cells[column(key)] = std::move(text);
        }
        return "";
    }

    static bool read_value(simdjson::simdjson_result<simdjson::ondemand::value> found,
                           std::string& text) {
        simdjson::ondemand::value value;
        simdjson::ondemand::json_type type{};
        if (std::move(found).get(value) != simdjson::SUCCESS ||
            value.type().get(type) != simdjson::SUCCESS) {
            return false;
        }
        std::string_view words;
        switch (type) {
            case simdjson::ondemand::json_type::string:
                if (value.get_string().get(words) != simdjson::SUCCESS) {
                    return false;
                }
                break;
            case simdjson::ondemand::json_type::number:
            case simdjson::ondemand::json_type::boolean:
                // The token reaches to the next one: cut the white space behind it.
                words = value.raw_json_token();
                words = words.substr(0, words.find_last_not_of(" \t\r\n") + 1);
                break;
            case simdjson::ondemand::json_type::null:
                break;
            default:
                return false;
        }
        text = words;
        return true;
    }

    std::size_t column(std::string_view name) {
        const auto found = std::ranges::find(table_.columns, name);
        if (found == table_.columns.end()) {
            table_.columns.emplace_back(name);
            return table_.columns.size() - 1;
        }
        return static_cast<std::size_t>(found - table_.columns.begin());
    }

    TextTable& table_;
    simdjson::dom::parser checker_;
    simdjson::ondemand::parser parser_;
};

Status read_ndjson(RowReader reader, TextTable& table, const std::stop_token& stop) {
    const std::string path = reader.file().path();
    NdjsonTable lines(table);
    TextRow row;
    for (std::uint64_t number = 1;; ++number) {  // ends with the file
        SHELFCAST_ASSIGN(const bool more, reader.next(row));
        if (!more) {
            lines.finish();
            return {};
        }
        SHELFCAST_TRY(check_size(path, number, stop));
        lines.add(number, row);
    }
}

Status read_parquet(const std::string& path, ports::TableFileReader& tables, TextTable& table,
                    const std::stop_token& stop) {
    SHELFCAST_ASSIGN(const auto file, tables.open(path));
    for (const ports::FileColumn& column : file->columns()) {
        table.columns.push_back(column.name);
    }
    SHELFCAST_TRY(check_size(path, file->rows(), stop));
    SHELFCAST_ASSIGN(const auto stream, file->read(table.columns, 0));
    for (;;) {  // ends with the file
        SHELFCAST_ASSIGN(const auto block, stream->next(stop));
        if (!block) {
            return {};
        }
        for (std::size_t row = 0; row < block->rows(); ++row) {
            TextTable::Row cells{block->first_row + row + 1, {}};
            bool is_utf8 = true;
            for (const ports::TextCells& column : block->columns) {
                const std::string text(column.texts[row]);
                cells.cells.emplace_back(text);
                is_utf8 = is_utf8 && retail::first_bad_utf8(text) == text.size();
            }
            if (is_utf8) {
                table.rows.push_back(std::move(cells));
            } else {
                table.faults.push_back({cells.number, "a text that is not UTF-8"});
            }
        }
    }
}

}  // namespace

Result<TextTable> read_text_table(const std::string& path, std::optional<FileFormat> format,
                                  ports::TableFileReader& tables, const std::stop_token& stop) {
    if (!format) {
        SHELFCAST_ASSIGN(format, detect_format(path));
    }
    TextTable table;
    if (*format == FileFormat::kParquet) {
        SHELFCAST_TRY(read_parquet(path, tables, table, stop));
    } else {
        SHELFCAST_ASSIGN(FileStream file, FileStream::open(path));
        SHELFCAST_TRY(
            *format == FileFormat::kCsv
                ? read_csv(RowReader(std::move(file), TextFormat::kCsv), table, stop)
                : read_ndjson(RowReader(std::move(file), TextFormat::kNdjson), table, stop));
    }
    std::set<std::string_view> seen;
    for (const std::string& column : table.columns) {
        if (!seen.insert(column).second) {
            return fail(ErrorKind::kInvalidInput, "{}: column {} is there twice", path, column);
        }
    }
    return table;
}

}  // namespace shelfcast::ingest
