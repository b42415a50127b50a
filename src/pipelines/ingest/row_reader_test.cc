#include "pipelines/ingest/row_reader.h"

#include <gtest/gtest.h>

#include <random>

#include "pipelines/ingest/test_ports.h"

namespace shelfcast::ingest {
namespace {

constexpr std::size_t kSmallBlock = 2 * RowReader::kMaxRowBytes;

struct Row {
    std::string text;
    std::uint64_t true_bytes = 0;
    bool operator==(const Row&) const = default;
};

std::vector<Row> rows_of(const std::string& path, TextFormat format,
                         std::size_t block = kSmallBlock) {
    auto file = FileStream::open(path);
    EXPECT_TRUE(file) << path;
    RowReader reader(std::move(*file), format, block);
    std::vector<Row> rows;
    TextRow row;
    while (true) {
        const auto more = reader.next(row);
        EXPECT_TRUE(more) << more.error().message;
        if (!more || !*more) {
            break;
        }
        EXPECT_LE(row.text.size(), RowReader::kMaxRowBytes);
        rows.push_back({std::string(row.text), row.true_bytes});
    }
    EXPECT_EQ(reader.position(), reader.file().identity().bytes);
    EXPECT_EQ(reader.file().bytes_read(), reader.file().identity().bytes);
    return rows;
}

std::vector<std::string> texts_of(const std::string& bytes, TextFormat format) {
    const TemporaryFolder folder;
    std::vector<std::string> texts;
    for (const Row& row : rows_of(folder.write("rows", bytes), format)) {
        texts.push_back(row.text);
    }
    return texts;
}

using Texts = std::vector<std::string>;

TEST(RowReader, LinesComeWithoutTheirEndsAndBlankOnesNotAtAll) {
    EXPECT_EQ(texts_of("a\r\n\n  \nb\"\nc", TextFormat::kNdjson), (Texts{"a", "b\"", "c"}));
    EXPECT_EQ(texts_of("\xEF\xBB\xBF"
                       "a\n\xEF\xBB\xBF"
                       "b\n",
                       TextFormat::kNdjson),
              (Texts{"a",
                     "\xEF\xBB\xBF"
                     "b"}));
}

TEST(RowReader, QuotedCsvFieldsMayHoldLineEnds) {
    EXPECT_EQ(texts_of("a,\"b\nc\",d\r\n\"x\"\"\n\",y\nz", TextFormat::kCsv),
              (Texts{"a,\"b\nc\",d", "\"x\"\"\n\",y", "z"}));
}

TEST(RowReader, QuoteInsideAFieldIsText) {
    EXPECT_EQ(texts_of("5\" pipe,1\nnext,2\n", TextFormat::kCsv), (Texts{"5\" pipe,1", "next,2"}));
}

TEST(RowReader, OpenQuoteCostsItsOwnLineOnly) {
    EXPECT_EQ(texts_of("\"a,1\nb,2\nc,3\n", TextFormat::kCsv), (Texts{"\"a,1", "b,2", "c,3"}));
    // The next quote is no closing one: text follows it.
    EXPECT_EQ(texts_of("\"a,1\n\"b\",2\nc,3\n", TextFormat::kCsv),
              (Texts{"\"a,1", "\"b\",2", "c,3"}));
    std::string far = "\"a,1\n";
    for (int i = 0; i < 40'000; ++i) {
        far += "b,2\n";
    }
    far += "\",9\n";
    EXPECT_EQ(texts_of(far, TextFormat::kCsv).size(), 40'002U);
}

TEST(RowReader, GiantLineIsCutAndTheNextOneIsWhole) {
    const TemporaryFolder folder;
    for (const std::size_t bytes :
         {RowReader::kMaxRowBytes, RowReader::kMaxRowBytes + 1, kSmallBlock - 1, kSmallBlock,
          kSmallBlock + 1, 3 * kSmallBlock, std::size_t{20'000'000}}) {
        for (const std::string end : {"\n", "\r\n", ""}) {
            const std::string giant(bytes, 'x');
            std::string text = "a\n" + giant + end + (end.empty() ? "" : "b\n");
            for (const TextFormat format : {TextFormat::kNdjson, TextFormat::kCsv}) {
                const auto rows = rows_of(folder.write("giant", text), format);
                ASSERT_EQ(rows.size(), end.empty() ? 2U : 3U) << bytes;
                EXPECT_EQ(rows[1].true_bytes, bytes);
                EXPECT_EQ(rows[1].text, giant.substr(0, RowReader::kMaxRowBytes));
            }
        }
    }
}

TEST(RowReader, RowsDoNotDependOnHowTheFileIsRead) {
    constexpr unsigned kSeed = 7;
    std::mt19937 random(kSeed);
    const TemporaryFolder folder;
    constexpr std::string_view kBytes = "ab,,\"\"\n\n\r ";
    for (int round = 0; round < 30; ++round) {
        std::string text;
        const std::size_t size = 300'000 + random() % 100'000;
        while (text.size() < size) {
            // Mostly short rows, at times a long stretch without an end.
            if (random() % 20'000 == 0) {
                text.append(random() % 200'000, 'x');
            }
            text.push_back(kBytes[random() % kBytes.size()]);
        }
        const std::string path = folder.write("random", text);
        for (const TextFormat format : {TextFormat::kNdjson, TextFormat::kCsv}) {
            const auto rows = rows_of(path, format, kSmallBlock);
            EXPECT_EQ(rows, rows_of(path, format, kSmallBlock + 4099)) << "seed " << kSeed;
            EXPECT_EQ(rows, rows_of(path, format)) << "seed " << kSeed << " round " << round;
        }
    }
}

TEST(RowReader, ChangedFileIsNoticed) {
    const TemporaryFolder folder;
    const std::string path = folder.write("grows", std::string(400'000, 'x') + "\ny\n");
    auto file = FileStream::open(path);
    ASSERT_TRUE(file);
    folder.write("grows", "shorter");
    RowReader reader(std::move(*file), TextFormat::kNdjson, kSmallBlock);
    TextRow row;
    const auto more = reader.next(row);
    ASSERT_FALSE(more);
    EXPECT_EQ(more.error().kind, ErrorKind::kConflict);
    EXPECT_NE(more.error().message.find(path), std::string::npos);
}

TEST(FileStream, UnusablePathsAreNamed) {
    const TemporaryFolder folder;
    const auto kind_of = [](const std::string& path) {
        const auto file = FileStream::open(path);
        EXPECT_FALSE(file);
        EXPECT_NE(file.error().message.find(path), std::string::npos);
        return file.error().kind;
    };
    EXPECT_EQ(kind_of(folder.path("nowhere.csv")), ErrorKind::kNotFound);
    EXPECT_EQ(kind_of(folder.path("")), ErrorKind::kInvalidInput);
    EXPECT_EQ(kind_of(folder.write("empty.csv", "")), ErrorKind::kInvalidInput);
    EXPECT_EQ(kind_of("/dev/null"), ErrorKind::kInvalidInput);
}

TEST(SplitCsv, FieldsAreUnquoted) {
    std::string scratch;
    std::vector<std::string_view> fields;
    using Views = std::vector<std::string_view>;
    ASSERT_TRUE(split_csv(R"(a,"b,""c""",,"",d)", scratch, fields));
    EXPECT_EQ(fields, (Views{"a", "b,\"c\"", "", "", "d"}));
    ASSERT_TRUE(split_csv("", scratch, fields));
    EXPECT_EQ(fields, (Views{""}));
    ASSERT_TRUE(split_csv("a,", scratch, fields));
    EXPECT_EQ(fields, (Views{"a", ""}));
    EXPECT_FALSE(split_csv("\"a", scratch, fields));
    EXPECT_FALSE(split_csv("\"a\"b,c", scratch, fields));
}

}  // namespace
}  // namespace shelfcast::ingest
