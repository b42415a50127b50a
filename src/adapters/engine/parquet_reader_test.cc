#include "adapters/engine/parquet_reader.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <random>
#include <sstream>

#include "adapters/engine/one_shot.h"

namespace shelfcast::adapters {
namespace {

namespace fs = std::filesystem;
using namespace std::chrono_literals;
using ports::TimestampKind;

std::string text_of(const fs::path& path) {
    std::ifstream file(path, std::ios::binary);
    std::ostringstream text;
    text << file.rdbuf();
    return text.str();
}

void write_text(const fs::path& path, std::string_view text) {
    std::ofstream(path, std::ios::binary) << text;
}

// A cell as a test reads it: NULL, or the text.
std::string shown(const ports::TextCells& cells, std::size_t row) {
    return cells.nulls[row] != 0 ? "NULL" : std::string(cells.texts[row]);
}

class ParquetReaderTest : public testing::Test {
protected:
    void SetUp() override {
        auto folder = ScratchFolder::create({});
        ASSERT_TRUE(folder) << folder.error().message;
        folder_ = std::move(*folder);
        options_.scratch_directory = folder_.path() / "scratch";
    }

    [[nodiscard]] fs::path path(std::string_view name) const { return folder_.path() / name; }

    // Lets the engine write the rows of a query into a Parquet file.
    fs::path write_parquet(std::string_view name, std::string_view query) {
        const fs::path file = path(name);
        const Descriptor nothing(::open("/dev/null", O_RDONLY | O_CLOEXEC));
        auto shot = OneShot::start(
            options_,
            fmt::format("{} into outfile '{}' truncate format Parquet; select 'done'", query,
                        file.string()),
            {}, nothing, "test");
        EXPECT_TRUE(shot) << shot.error().message;
        const auto end = (*shot)->next_block({});
        EXPECT_TRUE(end) << end.error().message;
        return file;
    }

    [[nodiscard]] std::unique_ptr<ports::TableFile> open(const fs::path& file) {
        auto opened = ParquetReader(options_).open(file);
        EXPECT_TRUE(opened) << opened.error().message;
        return opened ? std::move(*opened) : nullptr;
    }

    [[nodiscard]] Error refusal(const fs::path& file) {
        const auto opened = ParquetReader(options_).open(file);
        EXPECT_FALSE(opened);
        return opened ? Error{ErrorKind::kCorrupted, "it opened"} : opened.error();
    }

    // All rows from `first_row` on, as lines of cells.
    [[nodiscard]] static Result<std::vector<std::string>> lines(
        ports::TableFile& file, const std::vector<std::string>& columns,
        std::uint64_t first_row = 0) {
        SHELFCAST_ASSIGN(const auto stream, file.read(columns, first_row));
        std::vector<std::string> lines;
        while (true) {
            SHELFCAST_ASSIGN(const auto rows, stream->next({}));
            if (!rows) {
                return lines;
            }
            EXPECT_EQ(rows->first_row, first_row + lines.size());
            for (std::size_t row = 0; row < rows->rows(); ++row) {
                std::string line;
                for (const ports::TextCells& cells : rows->columns) {
                    line += (line.empty() ? "" : "|") + shown(cells, row);
                }
                lines.push_back(line);
            }
        }
    }

    [[nodiscard]] static std::vector<std::string> must_read(ports::TableFile& file,
                                                            const std::vector<std::string>& columns,
                                                            std::uint64_t first_row = 0) {
        auto read = lines(file, columns, first_row);
        EXPECT_TRUE(read) << read.error().message;
        return read ? *read : std::vector<std::string>{};
    }

    [[nodiscard]] bool is_scratch_empty() const {
        return !fs::exists(options_.scratch_directory) || fs::is_empty(options_.scratch_directory);
    }

    ScratchFolder folder_;
    ParquetReaderOptions options_;
};

TEST_F(ParquetReaderTest, TextsAreExactWhateverTheType) {
    const auto file = open(write_parquet(
        "types.parquet",
        "select toFloat64(arrayElement([0.1 + 0.2, 1e-7, 1e21, 450, 1e20, -0.001, nan, inf], "
        "number + 1)) as f64, toFloat32(3.4) as f32, toInt32(number) - 4 as i32, "
        "toUInt64(18446744073709551615) as u64, toDecimal64('1.5000', 4) as d, "
        "toBool(number % 2 = 0) as b, toDate('2026-11-22') as day, "
        "if(number % 2 = 0, null, 'a\"b\\n\\tü\\0\\xff,' || toString(number)) as s "
        "from numbers(8)"));
    ASSERT_TRUE(file);
    EXPECT_EQ(file->rows(), 8U);
    ASSERT_EQ(file->columns().size(), 8U);
    EXPECT_EQ(file->columns()[0], (ports::FileColumn{"f64", "Float64", TimestampKind::kNone}));
    EXPECT_EQ(file->columns()[7].type, "Nullable(String)");
    EXPECT_EQ(must_read(*file, {"f64"}),
              (std::vector<std::string>{"0.30000000000000004", "1e-7", "1e21", "450",
                                        "100000000000000000000", "-0.001", "nan", "inf"}));
    const auto others = must_read(*file, {"s", "day", "b", "d", "u64", "i32", "f32"});
    ASSERT_EQ(others.size(), 8U);
    EXPECT_EQ(others[0], "NULL|2026-11-22|true|1.5|18446744073709551615|-4|3.4");
    EXPECT_EQ(others[1], std::string("a\"b\n\tü\0\xff,1", 11) +
                             "|2026-11-22|false|1.5|18446744073709551615|-3|3.4");
}

TEST_F(ParquetReaderTest, AnInstantEndsInZAndANaiveTimestampStaysAsItIs) {
    const fs::path instants =
        write_parquet("instants.parquet",
                      "select toDateTime64('2026-03-29 01:30:00.120', 3, 'UTC') as ms, "
                      "toDateTime64('2026-03-29 01:30:00.123456', 6, 'UTC') as us, "
                      "toDateTime64('2026-03-29 01:30:00.5', 9, 'Europe/London') as ns "
                      "settings output_format_parquet_compression_method = 'none'");
    const auto file = open(instants);
    ASSERT_TRUE(file);
    EXPECT_EQ(file->columns()[0].timestamp, TimestampKind::kUtc);
    EXPECT_EQ(must_read(*file, {"ms", "us", "ns"}),
              (std::vector<std::string>{"2026-03-29T01:30:00.120Z|2026-03-29T01:30:00.123456Z|"
                                        "2026-03-29T00:30:00.500Z"}));

    // The engine writes instants only. In the footer's thrift the flag is one bit of a field
    // header: logical type 8 (a structure), field 1 true, field 2 (a structure).
    std::string bytes = text_of(instants);
    int patched = 0;
    for (std::size_t at = bytes.find("\x8c\x11\x1c"); at != std::string::npos;
         at = bytes.find("\x8c\x11\x1c", at + 1)) {
        bytes[at + 1] = '\x12';
        ++patched;
    }
    ASSERT_EQ(patched, 3);
    write_text(path("naive.parquet"), bytes);
    const auto naive = open(path("naive.parquet"));
    ASSERT_TRUE(naive);
    EXPECT_EQ(naive->columns()[2].timestamp, TimestampKind::kNaive);
    EXPECT_EQ(must_read(*naive, {"ms", "us", "ns"}),
              (std::vector<std::string>{"2026-03-29 01:30:00.120|2026-03-29 01:30:00.123456|"
                                        "2026-03-29 00:30:00.500"}));
}

TEST_F(ParquetReaderTest, RowsComeInFileOrderFromAnyRowOn) {
    constexpr std::uint64_t kRows = 300'000;
    const auto file = open(write_parquet(
        "order.parquet", fmt::format("select cityHash64(number) as h, number as n from numbers({}) "
                                     "settings output_format_parquet_row_group_size = 20000",
                                     kRows)));
    ASSERT_TRUE(file);
    EXPECT_EQ(file->rows(), kRows);
    for (const std::uint64_t first : {std::uint64_t{0}, std::uint64_t{19'999},
                                      std::uint64_t{123'456}, kRows - 1, kRows, kRows + 5}) {
        const auto read = must_read(*file, {"n"}, first);
        ASSERT_EQ(read.size(), first < kRows ? kRows - first : 0) << first;
        for (std::size_t row = 0; row < read.size(); ++row) {
            ASSERT_EQ(read[row], std::to_string(first + row));
        }
    }
}

TEST_F(ParquetReaderTest, NamesOfFilesAndColumnsAreNoPatternsAndNoSql) {
    const std::string odd = "a`b\\c'd {x} ü\tz";
    const fs::path written = write_parquet(
        "written.parquet", "select 1 as `a\\`b\\\\c\\'d {x} ü\\tz`, 2 as `select`, 3 as `n.m`");
    for (const char* name : {"sales*{1,2}?.parquet", "it's [a].zip :: b", "ü \\ \n.x"}) {
        fs::copy_file(written, path(name));
        const auto file = open(path(name));
        ASSERT_TRUE(file) << name;
        EXPECT_EQ(must_read(*file, {odd, "select", "n.m"}), (std::vector<std::string>{"1|2|3"}));
    }
    EXPECT_EQ(refusal(path("written.*")).kind, ErrorKind::kNotFound);
}

TEST_F(ParquetReaderTest, AnEmptyTableHasColumnsAndNoRows) {
    const auto file = open(write_parquet("none.parquet", "select 1 as a where 0"));
    ASSERT_TRUE(file);
    EXPECT_EQ(file->columns().size(), 1U);
    EXPECT_TRUE(must_read(*file, {"a"}).empty());
}

TEST_F(ParquetReaderTest, WhatIsNotAWholeParquetFileIsRefusedInOneLineWithItsName) {
    const std::string whole =
        text_of(write_parquet("whole.parquet", "select number from numbers(10000)"));
    write_text(path("cut.parquet"), std::string_view(whole).substr(0, whole.size() / 2));
    write_text(path("short.parquet"), "PAR1");
    write_text(path("empty.parquet"), "");
    write_text(path("text.parquet"), "event_time,store_id\n2026-11-22 10:00:00,1\n");
    for (const char* name : {"cut.parquet", "short.parquet", "empty.parquet", "text.parquet"}) {
        const Error error = refusal(path(name));
        EXPECT_EQ(error.kind, ErrorKind::kInvalidInput) << error.message;
        EXPECT_TRUE(error.message.starts_with(path(name).string() + ": ")) << error.message;
        EXPECT_EQ(error.message.find('\n'), std::string::npos) << error.message;
        EXPECT_EQ(error.message.find("/proc/"), std::string::npos) << error.message;
    }
    EXPECT_TRUE(is_scratch_empty());
}

// Whatever bytes are wrong, the answer is rows or an error: no crash, no hang.
TEST_F(ParquetReaderTest, DamageAnywhereIsAnErrorOrReadsToItsEnd) {
    const std::string whole = text_of(write_parquet(
        "whole.parquet", "select number as a, toString(number) as b from numbers(20000)"));
    constexpr unsigned kSeed = 20261122;
    std::mt19937 random(kSeed);  // NOLINT(cert-msc51-cpp): repeatable on purpose.
    int refused = 0;
    for (int round = 0; round < 9; ++round) {
        std::string damaged = whole;
        // The footer, the pages, or both.
        const std::size_t begin = round % 3 == 0 ? whole.size() - 300 : 4;
        std::uniform_int_distribution<std::size_t> place(begin, whole.size() - 9);
        for (int byte = 0; byte < 20; ++byte) {
            damaged[place(random)] ^= static_cast<char>(1 + random() % 255);
        }
        write_text(path("damaged.parquet"), damaged);
        const auto opened = ParquetReader(options_).open(path("damaged.parquet"));
        const auto read = opened && !(*opened)->columns().empty()
                              ? lines(**opened, {(*opened)->columns()[0].name})
                              : Result<std::vector<std::string>>{};
        if (!opened || !read) {
            const Error& error = opened ? read.error() : opened.error();
            EXPECT_EQ(error.message.find('\n'), std::string::npos)
                << "seed " << kSeed << " round " << round << ": " << error.message;
            ++refused;
        }
    }
    EXPECT_GT(refused, 0) << "seed " << kSeed;
    EXPECT_TRUE(is_scratch_empty());
}

TEST_F(ParquetReaderTest, MissingThingsAreNamed) {
    const Error missing = refusal(path("nowhere.parquet"));
    EXPECT_EQ(missing.kind, ErrorKind::kNotFound);
    EXPECT_NE(missing.message.find("nowhere.parquet"), std::string::npos);

    EXPECT_EQ(refusal(folder_.path()).kind, ErrorKind::kInvalidInput);
    ASSERT_EQ(::mkfifo(path("fifo").c_str(), 0600), 0);
    EXPECT_EQ(refusal(path("fifo")).kind, ErrorKind::kInvalidInput);

    const fs::path written = write_parquet("two.parquet", "select 1 as a, 2 as b");
    const auto file = open(written);
    ASSERT_TRUE(file);
    const std::vector<std::string> unknown{"c"};
    const auto refused = file->read(unknown, 0);
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().kind, ErrorKind::kNotFound);
    EXPECT_NE(refused.error().message.find("no column c; it has a, b"), std::string::npos);
    EXPECT_FALSE(file->read(std::vector<std::string>{"a", "a"}, 0));
    EXPECT_FALSE(file->read(std::vector<std::string>{}, 0));

    options_.library = path("nowhere.so");
    EXPECT_EQ(refusal(written).kind, ErrorKind::kNotFound);
}

TEST_F(ParquetReaderTest, AFileThatChangesWhileItIsReadIsAConflict) {
    const fs::path written = write_parquet("grows.parquet", "select number as a from numbers(9)");
    const auto file = open(written);
    ASSERT_TRUE(file);
    std::ofstream(written, std::ios::app) << "more";
    const auto read = lines(*file, {"a"});
    ASSERT_FALSE(read);
    EXPECT_EQ(read.error().kind, ErrorKind::kConflict) << read.error().message;
}

TEST_F(ParquetReaderTest, ReadingStopsOnRequestAndLeavesNothingBehind) {
    const auto file =
        open(write_parquet("big.parquet", "select repeat('x', 100) as a from numbers(1000000)"));
    ASSERT_TRUE(file);
    {
        const auto stream = file->read(std::vector<std::string>{"a"}, 0);
        ASSERT_TRUE(stream);
        const auto first = (*stream)->next({});
        ASSERT_TRUE(first);
        ASSERT_TRUE(*first);
        EXPECT_LE((**first).rows(), 100'000U);
        std::stop_source source;
        source.request_stop();
        Result<std::optional<ports::TextRows>> next = std::nullopt;
        for (int chunk = 0; next && chunk < 1000; ++chunk) {
            next = (*stream)->next(source.get_token());
        }
        ASSERT_FALSE(next);
        EXPECT_EQ(next.error().kind, ErrorKind::kUnavailable);
    }
    EXPECT_TRUE(is_scratch_empty());
}

TEST_F(ParquetReaderTest, ASilentReadingProcessIsGivenUp) {
    const auto file = open(write_parquet("fine.parquet", "select 1 as a"));
    ASSERT_TRUE(file);
    options_.child_executable = "/bin/sleep";  // It refuses its arguments: dead, not silent.
    EXPECT_EQ(refusal(path("fine.parquet")).kind, ErrorKind::kUnavailable);
    options_.child_executable = "/usr/bin/yes";  // It never stops, and its output is no block.
    EXPECT_EQ(refusal(path("fine.parquet")).kind, ErrorKind::kUnavailable);
    write_text(path("hang.sh"), "#!/bin/sh\nexec cat\n");
    fs::permissions(path("hang.sh"), fs::perms::owner_all);
    options_.child_executable = path("hang.sh");
    options_.silence = 100ms;
    const Error silent = refusal(path("fine.parquet"));
    EXPECT_EQ(silent.kind, ErrorKind::kUnavailable);
    EXPECT_NE(silent.message.find("silent"), std::string::npos) << silent.message;
}

}  // namespace
}  // namespace shelfcast::adapters
