#include "pipelines/ingest/import.h"

#include <gtest/gtest.h>

#include <set>

#include "base/failpoint.h"
#include "pipelines/ingest/chunk_appender.h"
#include "pipelines/ingest/test_ports.h"

namespace shelfcast::ingest {
namespace {

using namespace std::string_literals;
using ports::ImportState;
using retail::RejectReason;

constexpr std::string_view kHeader =
    "event_time,store_id,product_id,category,transaction_type,quantity,unit_price,basket_id\n";

std::string csv_row(std::string_view store, int number) {
    return fmt::format("2026-11-21T10:00:00.000,{},Laptop,Electronics,SALE,2.0,450.00,b{}\n", store,
                       number);
}

std::string csv_rows(int from, int to) {
    std::string rows;
    for (int number = from; number < to; ++number) {
        rows += csv_row(number % 2 == 0 ? "LON-1" : "BER-1", number);
    }
    return rows;
}

class ImportTest : public ::testing::Test {
protected:
    void SetUp() override {
        stores_.add(1, "LON-1");
        stores_.add(3, "BER-1", "Europe/Berlin");
        options_.chunk.rows = 10;
        options_.append_attempts = 2;
    }
    void TearDown() override { failpoint::set_handler({}); }

    Result<ImportReport> import(std::vector<std::string> files) {
        options_.files = std::move(files);
        return run(options_, ports(), stop_.get_token());
    }
    ImportPorts ports() {
        return {.log = log_,
                .ledger = ledger_,
                .stores = stores_,
                .clock = clock_,
                .tables = tables_,
                .metrics = nullptr,
                .progress = progress_};
    }
    FileReport import_one(const std::string& path) {
        const auto report = import({path});
        EXPECT_TRUE(report) << report.error().message;
        return report ? report->files.front() : FileReport{};
    }
    Error import_error(const std::string& path) {
        const auto report = import({path});
        EXPECT_FALSE(report);
        return report ? Error{} : report.error();
    }

    /// Every basket number that the log has, in order; a repeat shows.
    std::vector<int> baskets() {
        std::vector<int> numbers;
        for (const std::string& event : log_.events()) {
            constexpr std::string_view kMark = "\"basket_id\":\"b";
            const std::size_t at = event.find(kMark);
            EXPECT_NE(at, std::string::npos) << event;
            numbers.push_back(std::stoi(event.substr(at + kMark.size())));
        }
        std::ranges::sort(numbers);
        return numbers;
    }
    static std::vector<int> numbers(int from, int to) {
        std::vector<int> all;
        for (int number = from; number < to; ++number) {
            all.push_back(number);
        }
        return all;
    }
    std::map<RejectReason, int> reasons() {
        std::map<RejectReason, int> counts;
        for (const retail::DeadLetter& letter : log_.dead_letters()) {
            ++counts[letter.reason];
        }
        return counts;
    }

    TemporaryFolder folder_;
    CountingClock clock_;
    FaultyLog log_{clock_};
    MemoryStores stores_;
    MemoryLedger ledger_;
    MemoryTables tables_;
    ImportOptions options_;
    ReportProgress progress_;
    std::stop_source stop_;
};

TEST_F(ImportTest, CsvRowsBecomeMessagesOnce) {
    std::vector<std::uint64_t> seen;
    progress_ = [&](const ImportProgress& progress) {
        seen.push_back(progress.rows_done);
        EXPECT_LE(progress.bytes_done, progress.bytes);
    };
    const std::string path =
        folder_.write("tills.csv", "\xEF\xBB\xBF" + std::string(kHeader) + csv_rows(0, 95));
    const FileReport first = import_one(path);
    EXPECT_EQ(first.outcome, FileOutcome::kImported);
    EXPECT_EQ(first.tally.accepted, 95U);
    EXPECT_EQ(first.record.rows_done, 95U);
    EXPECT_EQ(first.record.state, ImportState::kDone);
    EXPECT_EQ(baskets(), numbers(0, 95));
    ASSERT_FALSE(seen.empty());
    EXPECT_EQ(seen.back(), 95U);
    EXPECT_TRUE(std::ranges::is_sorted(seen));

    const FileReport second = import_one(path);
    EXPECT_EQ(second.outcome, FileOutcome::kAlreadyImported);
    EXPECT_EQ(second.tally.accepted, 0U);
    EXPECT_EQ(second.record.accepted, 95U);
    // The content counts, not the name.
    EXPECT_EQ(import_one(folder_.write("copy.csv",
                                       "\xEF\xBB\xBF" + std::string(kHeader) + csv_rows(0, 95)))
                  .outcome,
              FileOutcome::kAlreadyImported);
    EXPECT_EQ(baskets(), numbers(0, 95));
}

TEST_F(ImportTest, RowIsWrittenAsTheMessageItMeans) {
    import_one(folder_.write("one.csv", std::string(kHeader) +
                                            "2026-11-21T10:00:00.000,LON-1,\"Bücher, \"\"alt\"\"\","
                                            "Books,SALE,24.0,1.25,b0\r\n"));
    EXPECT_EQ(log_.events(),
              (std::vector<std::string>{
                  R"({"event_time":"2026-11-21T10:00:00.000","store_id":1,"product_id":"Bücher, )"
                  R"(\"alt\"","category":"Books","transaction_type":"SALE","quantity":24.0,)"
                  R"("unit_price":1.25,"basket_id":"b0"})"}));
}

TEST_F(ImportTest, ColumnsMayHaveOtherNamesAndOthersAreLeftOut) {
    options_.reading.columns = {{"quantity", "qty"}, {"store_id", "shop"}};
    const FileReport report = import_one(folder_.write(
        "other.csv",
        "shop,event_time, qty ,product_id,category,transaction_type,unit_price,basket_id,weather\n"
        "LON-1,2026-11-21 10:00:00,1,Laptop,Electronics,SALE,1,b0,rain\n"));
    EXPECT_EQ(report.tally.accepted, 1U);
    EXPECT_EQ(report.ignored_columns, (std::vector<std::string>{"weather"}));
}

TEST_F(ImportTest, WrongHeadersAreNamed) {
    const auto message_of = [&](const std::string& text) {
        const Error error = import_error(folder_.write("bad.csv", text));
        EXPECT_EQ(error.kind, ErrorKind::kInvalidInput);
        EXPECT_NE(error.message.find("bad.csv"), std::string::npos) << error.message;
        return error.message;
    };
    const std::string missing = message_of("event_time,store_id,product_id,colour\n1,2,3,4\n");
    EXPECT_NE(missing.find("category, transaction_type, quantity, unit_price"), std::string::npos)
        << missing;
    EXPECT_NE(missing.find("colour"), std::string::npos) << missing;
    EXPECT_NE(message_of(std::string(kHeader.substr(0, kHeader.size() - 1)) + ",quantity\n")
                  .find("'quantity' is there twice"),
              std::string::npos);
    message_of("\"event_time\n");
    message_of(std::string(200'000, 'x'));
    message_of("\n\n");
    options_.reading.columns = {{"qantity", "qty"}};
    EXPECT_NE(message_of(std::string(kHeader)).find("no field qantity"), std::string::npos);
    EXPECT_TRUE(ledger_.all().empty());
}

TEST_F(ImportTest, NdjsonHasNoColumnsToName) {
    options_.reading.columns = {{"quantity", "qty"}};
    const Error error = import_error(folder_.write("events.ndjson", "{\"qty\":1}\n"));
    EXPECT_EQ(error.kind, ErrorKind::kInvalidInput);
    EXPECT_NE(error.message.find("NDJSON"), std::string::npos) << error.message;
    EXPECT_TRUE(log_.events().empty());
}

TEST_F(ImportTest, BadRowsAreDeadLettersWithTheirContentAndTheRestPasses) {
    const std::string giant(20'000'000, 'x');
    const std::string text = std::string(kHeader) + csv_row("LON-1", 0) +
                             "2026-11-21 10:00:00,LON-1,Laptop\n" +    // too few
                             "a,b,c,d,e,f,g,h,i\n" +                   // too many
                             csv_row("NOWHERE", 0) + csv_row("", 0) +  //
                             "2026-11-21 10:00:00,LON-1,Lap\xFFtop,E,SALE,1,1,b\n" +
                             "2026-11-21 10:00:00,LON-1,Lap\0top,E,SALE,1,1,b\n"s +
                             "2026-11-21 10:00:00,LON-1,Laptop,E,SALE,NaN,1,b\n" +
                             "2026-11-21 10:00:00,LON-1,Laptop,E,SALE,-2,1,b\n" +
                             "2026-11-21 10:00:00,LON-1,Laptop,E,SALE,1,1.00001,b\n" +
                             "2026-11-21 10:00:00,LON-1,Laptop,E,GIFT,1,1,b\n" +
                             "2026-03-29 01:30:00,LON-1,Laptop,E,SALE,1,1,b\n" +
                             "1999-01-01 00:00:00,LON-1,Laptop,E,SALE,1,1,b\n" +
                             "2027-01-01 00:00:00,LON-1,Laptop,E,SALE,1,1,b\n" +
                             "2026-11-21 10:00:00,LON-1,\"open,E,SALE,1,1,b\n" + giant + "\r\n" +
                             csv_row("BER-1", 1);
    const FileReport report = import_one(folder_.write("bad.csv", text));
    EXPECT_EQ(baskets(), numbers(0, 2));
    EXPECT_EQ(report.tally.rejected(), 15U);
    EXPECT_EQ(report.record.rows_done, 17U);
    auto counts = reasons();
    EXPECT_EQ(counts[RejectReason::kMissingField], 2);
    EXPECT_EQ(counts[RejectReason::kUnknownField], 1);
    EXPECT_EQ(counts[RejectReason::kUnknownStore], 1);
    EXPECT_EQ(counts[RejectReason::kBadUtf8], 1);
    EXPECT_EQ(counts[RejectReason::kTooManyDigits], 1);
    EXPECT_EQ(counts[RejectReason::kUnknownTransactionType], 1);
    EXPECT_EQ(counts[RejectReason::kTimeInDstGap], 1);
    EXPECT_EQ(counts[RejectReason::kTimeTooOld], 1);
    EXPECT_EQ(counts[RejectReason::kTimeInFuture], 1);
    EXPECT_EQ(counts[RejectReason::kTooLong], 1);
    for (const retail::DeadLetter& letter : log_.dead_letters()) {
        EXPECT_EQ(letter.source, "import:bad.csv");
        EXPECT_TRUE(letter.detail.starts_with("row ")) << letter.detail;
        if (letter.reason == RejectReason::kTooLong) {
            EXPECT_EQ(letter.true_bytes(), giant.size());
            EXPECT_EQ(letter.raw.size(), retail::DeadLetter::kMaxRawBytes);
        } else {
            // Rows whose fields are known say which is which; of the others the bytes are kept.
            EXPECT_NE(letter.raw.starts_with(R"({"event_time":)"),
                      text.find(letter.raw) != std::string::npos)
                << letter.raw;
            EXPECT_EQ(letter.true_bytes(), letter.raw.size());
        }
        if (letter.reason == RejectReason::kUnknownStore) {
            EXPECT_EQ(letter.raw,
                      R"({"event_time":"2026-11-21T10:00:00.000","store_id":"NOWHERE",)"
                      R"("product_id":"Laptop","category":"Electronics",)"
                      R"("transaction_type":"SALE","quantity":"2.0","unit_price":"450.00",)"
                      R"("basket_id":"b0"})");
            EXPECT_NE(letter.detail.find("NOWHERE"), std::string::npos);
            EXPECT_NE(letter.detail.find("row 4"), std::string::npos);
        }
    }
}

TEST_F(ImportTest, NdjsonLinesKeepTheirBytesAndStoreCodesAreLookedUp) {
    std::string coded = good_message(1, 1);
    coded.replace(coded.find("\"store_id\":1"), 12, "\"store_id\" : \"BER-1\" ");
    std::string escaped = good_message(1, 2);
    escaped.replace(escaped.find("\"store_id\":1"), 12, "\"store_id\":\"BER\\u002d1\"");
    std::string unknown = good_message(1, 3);
    unknown.replace(unknown.find("\"store_id\":1"), 12, "\"store_id\":\"XXX\"");
    const std::string text = "\xEF\xBB\xBF" + good_message(1, 0) + "\r\n\n" + coded + "\n" +
                             escaped + "\n" + unknown + "\nbroken\n{\"store_id\":\"BER-1\"}\n" +
                             std::string(70'000, '{') + "\n";
    const FileReport report = import_one(folder_.write("events.jsonl", text));
    EXPECT_EQ(report.format, FileFormat::kNdjson);
    EXPECT_EQ(report.tally.accepted, 3U);
    EXPECT_EQ(baskets(), numbers(0, 3));
    const auto events = log_.events();
    EXPECT_NE(std::ranges::find(events, good_message(1, 0)), events.end());
    coded.replace(coded.find("\"BER-1\""), 7, "3");
    EXPECT_NE(std::ranges::find(events, coded), events.end()) << events.back();
    auto counts = reasons();
    EXPECT_EQ(counts[RejectReason::kUnknownStore], 1);
    EXPECT_EQ(counts[RejectReason::kBrokenJson], 1);
    EXPECT_EQ(counts[RejectReason::kMissingField], 1);
    EXPECT_EQ(counts[RejectReason::kTooLong], 1);
}

TEST_F(ImportTest, StoresAreFoundByCodeThenByNumberThenCreated) {
    stores_.add(7, "3");  // A code that looks like another store's number.
    std::string text(kHeader);
    for (const std::string_view store : {"3", "1", "NEW-B", "NEW-A", "NEW-B", "44"}) {
        text += csv_row(store, 0);
    }
    options_.reading.new_stores.wanted = true;
    EXPECT_EQ(import({folder_.write("x.csv", text)}).error().kind, ErrorKind::kInvalidInput);
    options_.reading.new_stores.time_zone = "Europe/Nowhere";
    options_.reading.new_stores.currency = "GBP";
    EXPECT_EQ(import({folder_.write("x.csv", text)}).error().kind, ErrorKind::kInvalidInput);
    options_.reading.new_stores.time_zone = "Europe/London";
    options_.reading.new_stores.currency = "pounds";
    EXPECT_EQ(import({folder_.write("x.csv", text)}).error().kind, ErrorKind::kInvalidInput);
    options_.reading.new_stores.currency = "GBP";
    const auto report = import({folder_.write("x.csv", text)});
    ASSERT_TRUE(report) << report.error().message;
    EXPECT_EQ(report->tally.accepted, 6U);
    EXPECT_EQ(report->stores_created, 3U);
    std::multiset<std::string> ids;
    for (const std::string& event : log_.events()) {
        const std::size_t at = event.find("\"store_id\":") + 11;
        ids.insert(event.substr(at, event.find(',', at) - at));
    }
    EXPECT_EQ(ids, (std::multiset<std::string>{"7", "1", "1001", "1002", "1001", "1003"}));
    EXPECT_EQ(stores_.catalog(std::nullopt)->id_of("NEW-A"), StoreId{1002});
}

TEST_F(ImportTest, NdjsonStoresAreCreatedToo) {
    options_.reading.new_stores = {true, "Asia/Shanghai", "CNY"};
    std::string text;
    for (int i = 0; i < 30; ++i) {
        std::string message = good_message(1, i);
        message.replace(message.find("\"store_id\":1"), 12,
                        fmt::format("\"store_id\":\"S{}\"", i % 3));
        text += message + "\n";
    }
    const auto report = import({folder_.write("s.ndjson", text)});
    ASSERT_TRUE(report) << report.error().message;
    EXPECT_EQ(report->tally.accepted, 30U);
    EXPECT_EQ(report->stores_created, 3U);
}

TEST_F(ImportTest, NdjsonStoreNumbersNobodyKnowsAreCreatedAsCodes) {
    const auto lines = [](int first) {
        std::string text;
        for (int i = first; i < first + 6; ++i) {
            std::string message = good_message(1, i);
            message.replace(message.find("\"store_id\":1"), 12,
                            fmt::format("\"store_id\" : {} ", i % 3 == 0 ? 1 : 40 + i % 3));
            text += message + "\n";
        }
        return text;
    };
    EXPECT_EQ(import_one(folder_.write("n.ndjson", lines(0))).tally.accepted, 2U);
    EXPECT_EQ(reasons()[RejectReason::kUnknownStore], 4);
    options_.reading.new_stores = {true, "Asia/Shanghai", "CNY"};
    const auto report = import({folder_.write("m.ndjson", lines(6))});
    ASSERT_TRUE(report) << report.error().message;
    EXPECT_EQ(report->tally.accepted, 6U);
    EXPECT_EQ(report->stores_created, 2U);
    EXPECT_EQ(stores_.catalog(std::nullopt)->id_of("41"), StoreId{1001});
}

TEST_F(ImportTest, ParquetRowsComeThroughTheTableReader) {
    const std::string path = folder_.write("events.parquet", "PAR1 and the rest");
    auto& table = tables_.tables[path];
    table.columns = {"extra",      "unit_price", "event_time",       "store_id", "category",
                     "product_id", "quantity",   "transaction_type", "basket_id"};
    for (int row = 0; row < 47; ++row) {
        table.rows.push_back({"x", "0.1", "2026-11-21 10:00:00.000",
                              row == 20 ? "NOWHERE" : "LON-1", "Food", "Apple", "1e-1", "SALE",
                              fmt::format("b{}", row)});
    }
    table.rows[30][5] = "Ap\xFFple";
    table.rows[31][6] = "nan";
    table.rows[32][5] = std::string(100'000, 'x');
    table.rows[33][3] = "";
    const FileReport report = import_one(path);
    EXPECT_EQ(report.format, FileFormat::kParquet);
    EXPECT_EQ(report.tally.accepted, 42U);
    EXPECT_EQ(report.tally.rejected(), 5U);
    EXPECT_EQ(report.ignored_columns, (std::vector<std::string>{"extra"}));
    auto counts = reasons();
    EXPECT_EQ(counts[RejectReason::kUnknownStore], 1);
    EXPECT_EQ(counts[RejectReason::kBadUtf8], 1);
    EXPECT_EQ(counts[RejectReason::kTooLong], 1);
    EXPECT_EQ(counts[RejectReason::kMissingField], 1);
    EXPECT_EQ(import_one(path).outcome, FileOutcome::kAlreadyImported);
    // Longer Parquet is another file, not a grown one.
    const std::string other = folder_.write("longer.parquet", "PAR1 and the rest and more");
    tables_.tables[other] = table;
    EXPECT_EQ(import_one(other).outcome, FileOutcome::kImported);
    EXPECT_EQ(log_.events().size(), 84U);
}

TEST_F(ImportTest, UnusableFilesAreNamed) {
    const auto kind_of = [&](const std::string& path) {
        const Error error = import_error(path);
        EXPECT_NE(error.message.find(path), std::string::npos) << error.message;
        return error.kind;
    };
    EXPECT_EQ(kind_of(folder_.path("nowhere.csv")), ErrorKind::kNotFound);
    EXPECT_EQ(kind_of(folder_.path("")), ErrorKind::kInvalidInput);
    EXPECT_EQ(kind_of(folder_.write("empty.csv", "")), ErrorKind::kInvalidInput);
    EXPECT_EQ(kind_of(folder_.write("cut.parquet", "PAR1 cut off")), ErrorKind::kInvalidInput);
    EXPECT_EQ(kind_of(folder_.write("fake.parquet", "a,b,c")), ErrorKind::kInvalidInput);
    EXPECT_EQ(kind_of(folder_.write("what.dat", "a,b,c")), ErrorKind::kInvalidInput);
    EXPECT_EQ(kind_of(folder_.write("array.json", " [{}]")), ErrorKind::kInvalidInput);
    EXPECT_EQ(kind_of(folder_.write("packed.csv", "\x1f\x8b...")), ErrorKind::kInvalidInput);
    EXPECT_EQ(kind_of(folder_.write("wide.csv",
                                    "\xff\xfe"
                                    "e\0")),
              ErrorKind::kInvalidInput);
    EXPECT_EQ(import({}).error().kind, ErrorKind::kInvalidInput);
    EXPECT_TRUE(log_.events().empty());
}

TEST_F(ImportTest, FormatMayBeSaid) {
    options_.reading.format = FileFormat::kCsv;
    EXPECT_EQ(import_one(folder_.write("export.txt", std::string(kHeader) + csv_rows(0, 3)))
                  .tally.accepted,
              3U);
}

TEST_F(ImportTest, GrownFileAddsItsLaterRowsOnly) {
    const std::string path = folder_.write("log.csv", std::string(kHeader) + csv_rows(0, 25));
    import_one(path);
    folder_.write("log.csv", std::string(kHeader) + csv_rows(0, 61));
    const FileReport grown = import_one(path);
    EXPECT_EQ(grown.outcome, FileOutcome::kGrown);
    EXPECT_EQ(grown.tally.accepted, 36U);
    EXPECT_EQ(grown.record.first_row, 25U);
    EXPECT_EQ(grown.record.rows_done, 61U);
    folder_.write("log.csv", std::string(kHeader) + csv_rows(0, 70));
    EXPECT_EQ(import_one(path).tally.accepted, 9U);
    EXPECT_EQ(import_one(path).outcome, FileOutcome::kAlreadyImported);
    EXPECT_EQ(baskets(), numbers(0, 70));
}

TEST_F(ImportTest, GrownFileWithoutALastLineEndIsJudgedByItsRow) {
    const std::string whole = good_message(1, 0) + "\n" + good_message(1, 1);
    const std::string path = folder_.write("log.ndjson", whole);
    import_one(path);
    folder_.write("log.ndjson", whole + "\r\n" + good_message(1, 2));
    EXPECT_EQ(import_one(path).tally.accepted, 1U);
    EXPECT_EQ(baskets(), numbers(0, 3));
    // One byte more in a row that was taken in: neither new nor old.
    folder_.write("log.ndjson", whole + "\r\n" + good_message(1, 2) + " \n" + good_message(1, 3));
    for (int attempt = 0; attempt < 2; ++attempt) {
        const Error error = import_error(path);
        EXPECT_EQ(error.kind, ErrorKind::kConflict);
        EXPECT_NE(error.message.find("inside row 3"), std::string::npos) << error.message;
    }
    EXPECT_EQ(baskets(), numbers(0, 3));
}

TEST_F(ImportTest, GrownFileContinuesAnImportThatNeverEnded) {
    const std::string path = folder_.write("log.csv", std::string(kHeader) + csv_rows(0, 100));
    log_.before_append = [](int number, const FaultyLog::Batches&) -> Status {
        return number > 1 ? Status(fail(ErrorKind::kStorageFull, "full")) : Status{};
    };
    EXPECT_EQ(import_error(path).kind, ErrorKind::kStorageFull);
    log_.before_append = {};
    EXPECT_FALSE(baskets().empty());
    EXPECT_LT(baskets().size(), 100U);
    folder_.write("log.csv", std::string(kHeader) + csv_rows(0, 130));
    EXPECT_EQ(import_one(path).outcome, FileOutcome::kGrown);
    EXPECT_EQ(baskets(), numbers(0, 130));
}

TEST_F(ImportTest, OtherContentOfTheSameLengthIsAnotherFile) {
    import_one(folder_.write("a.csv", std::string(kHeader) + csv_rows(10, 30)));
    import_one(folder_.write("a.csv", std::string(kHeader) + csv_rows(30, 50)));
    EXPECT_EQ(baskets(), numbers(10, 50));
}

TEST_F(ImportTest, ChangedFileIsAConflictAndSaysWhatIsInTheLog) {
    const std::string path = folder_.write("t.csv", std::string(kHeader) + csv_rows(0, 30));
    for (const bool grows : {false, true}) {
        log_.appends = 0;
        log_.before_append = [&](int number, const FaultyLog::Batches&) -> Status {
            if (number == 1) {
                folder_.write("t.csv", std::string(kHeader) +
                                           (grows ? csv_rows(0, 130) : csv_rows(900, 930)));
            }
            return {};
        };
        const Error error = import_error(path);
        EXPECT_EQ(error.kind, ErrorKind::kConflict);
        EXPECT_NE(error.message.find(path + ": changed while it was read"), std::string::npos)
            << error.message;
        EXPECT_NE(error.message.find("30 of its rows are in the log"), std::string::npos)
            << error.message;
        int failed = 0;
        for (const ports::ImportRecord& record : ledger_.all()) {
            failed += record.state == ImportState::kFailed ? 1 : 0;
        }
        EXPECT_EQ(failed, grows ? 2 : 1);
    }
    // The last change only added rows: the next run takes just those.
    log_.before_append = {};
    EXPECT_EQ(ledger_.all().size(), 2U);
}

TEST_F(ImportTest, ChangeThatOnlyTheBytesShowIsAConflictToo) {
    const std::string path = folder_.write("t.ndjson", good_message(1, 1) + "\n");
    const auto modified = std::filesystem::last_write_time(path);
    ledger_.on_put = [&, changed = false]() mutable {
        if (!std::exchange(changed, true)) {
            folder_.write("t.ndjson", good_message(1, 2) + "\n");
            std::filesystem::last_write_time(path, modified);
        }
    };
    EXPECT_EQ(import_error(path).kind, ErrorKind::kConflict);
    EXPECT_EQ(ledger_.all().front().state, ImportState::kFailed);
}

TEST_F(ImportTest, BusyLogIsTriedAgain) {
    options_.append_attempts = 5;
    log_.before_append = [](int number, const FaultyLog::Batches&) -> Status {
        return number % 3 != 0 ? Status(fail(ErrorKind::kBusy, "queue full")) : Status{};
    };
    EXPECT_EQ(
        import_one(folder_.write("b.csv", std::string(kHeader) + csv_rows(0, 45))).tally.accepted,
        45U);
    EXPECT_EQ(baskets(), numbers(0, 45));
}

/// A file with rows that are right, chunks that are wrong throughout, and mixed ones.
std::string mixed_rows(int rows) {
    std::string text(kHeader);
    for (int row = 0; row < rows; ++row) {
        const bool bad = (row >= 20 && row < 40) || row % 7 == 3;
        text += bad ? fmt::format("bad{}\n", row) : csv_row("LON-1", row);
    }
    return text;
}

TEST_F(ImportTest, EndAtAnyPointIsResumedWithoutLossOrDouble) {
    constexpr int kRows = 95;
    const std::string text = mixed_rows(kRows);
    const std::string path = folder_.write("k.csv", text);
    ASSERT_EQ(import_one(path).tally.rejected() + baskets().size(), std::size_t{kRows});
    const auto expected = baskets();
    const auto expected_letters = log_.dead_letters().size();
    // The process ends before an append, after one that nobody heard of, or before the ledger
    // knows; then it starts again, as often as it takes.
    for (int kind = 0; kind < 3; ++kind) {
        for (int at = 1; at <= 20; ++at) {
            FaultyLog log(clock_);
            MemoryLedger ledger;
            options_.files = {path};
            const ImportPorts ports{.log = log,
                                    .ledger = ledger,
                                    .stores = stores_,
                                    .clock = clock_,
                                    .tables = tables_,
                                    .metrics = nullptr,
                                    .progress = {}};
            options_.append_attempts = 1;
            bool ended = false;
            log.before_append = [&](int number, const FaultyLog::Batches& batches) -> Status {
                if (!ended && number == at && kind < 2) {
                    ended = true;
                    if (kind == 1) {
                        EXPECT_TRUE(log.sound().append(batches));
                    }
                }
                return ended ? Status(fail(ErrorKind::kStorageFull, "ended")) : Status{};
            };
            ledger.puts_left = kind == 2 ? at : -1;
            const auto first = run(options_, ports, {});
            log.before_append = {};
            ledger.puts_left = -1;
            ASSERT_TRUE(recover(log, ledger, options_.chunk));
            const auto second = run(options_, ports, {});
            ASSERT_TRUE(second) << second.error().message;
            const auto& record = second->files.front().record;
            EXPECT_EQ(record.state, ImportState::kDone);
            EXPECT_EQ(record.rows_done, std::uint64_t{kRows});
            EXPECT_EQ(record.accepted, expected.size()) << "kind " << kind << " at " << at;
            EXPECT_EQ(record.rejected, expected_letters) << "kind " << kind << " at " << at;
            std::multiset<std::string> events;
            for (const std::string& event : log.events()) {
                events.insert(event);
            }
            const auto whole = log_.events();
            EXPECT_EQ(events, std::multiset<std::string>(whole.begin(), whole.end()))
                << "kind " << kind << " at " << at;
            EXPECT_EQ(log.dead_letters().size(), expected_letters)
                << "kind " << kind << " at " << at;
            EXPECT_EQ(run(options_, ports, {})->files.front().outcome,
                      FileOutcome::kAlreadyImported);
            (void)first;
        }
    }
}

TEST_F(ImportTest, RecoverBringsTheLedgerUpToTheLog) {
    const std::string path = folder_.write("r.csv", std::string(kHeader) + csv_rows(0, 95));
    ledger_.puts_left = 1;  // The first says that it began; nothing after it gets through.
    EXPECT_EQ(import_error(path).kind, ErrorKind::kUnavailable);
    ledger_.puts_left = -1;
    const std::uint64_t in_log = log_.events().size();
    ASSERT_GT(in_log, 0U);
    ASSERT_EQ(ledger_.all().front().rows_done, 0U);
    EXPECT_EQ(recover(log_, ledger_, options_.chunk), 1U);
    EXPECT_EQ(ledger_.all().front().rows_done, in_log);
    EXPECT_EQ(recover(log_, ledger_, options_.chunk), 0U);
}

TEST_F(ImportTest, RecoverCountsChunksOfDeadLettersOnlyWhenAnotherFollows) {
    const std::string hash(32, 'a');
    const auto put = [&](std::uint64_t first_row, int events, int dead_letters) {
        const ports::BatchHeader header{chunk_key(hash, first_row, options_.chunk.rows), hash};
        ports::AppendBatch accepted{
            std::string(retail::kRetailEventsTopic), PartitionId{5}, header, {}};
        ports::AppendBatch refused{
            std::string(retail::kDeadLettersTopic), PartitionId{1}, header, {}};
        for (int i = 0; i < events; ++i) {
            accepted.records.push_back(good_message(1, i));
        }
        for (int i = 0; i < dead_letters; ++i) {
            refused.records.push_back("{}");
        }
        for (const ports::AppendBatch& batch : {accepted, refused}) {
            if (batch.records.size() > 0) {
                ASSERT_TRUE(log_.append({batch}));
            }
        }
    };
    put(0, 10, 0);
    put(10, 0, 10);
    put(20, 3, 7);
    put(30, 0, 4);  // Its events may never have come.
    ASSERT_TRUE(ledger_.put_import({.content_hash = hash, .bytes = 1, .format = "csv"}));
    EXPECT_EQ(recover(log_, ledger_, options_.chunk), 1U);
    const ports::ImportRecord record = ledger_.all().front();
    EXPECT_EQ(record.rows_done, 30U);
    EXPECT_EQ(record.accepted, 13U);
    EXPECT_EQ(record.rejected, 17U);
}

TEST_F(ImportTest, FailpointLiesBetweenLogAndLedger) {
    int passages = 0;
    failpoint::set_handler([&](std::string_view name) {
        EXPECT_EQ(name, "import.chunk_appended");
        ++passages;
        EXPECT_LT(ledger_.all().front().rows_done,
                  log_.events().size() + log_.dead_letters().size());
    });
    import_one(folder_.write("f.csv", std::string(kHeader) + csv_rows(0, 45)));
    EXPECT_GT(passages, 0);
}

TEST_F(ImportTest, StopIsHeardAndTheRestComesLater) {
    const std::string path = folder_.write("s.csv", std::string(kHeader) + csv_rows(0, 500));
    progress_ = [this](const ImportProgress&) { stop_.request_stop(); };
    const Error error = import_error(path);
    EXPECT_EQ(error.kind, ErrorKind::kUnavailable);
    EXPECT_NE(error.message.find("of its rows are in the log"), std::string::npos);
    EXPECT_LT(baskets().size(), 500U);
    EXPECT_EQ(ledger_.all().front().state, ImportState::kRunning);
    stop_ = std::stop_source();
    progress_ = {};
    EXPECT_EQ(import_one(path).outcome, FileOutcome::kResumed);
    EXPECT_EQ(baskets(), numbers(0, 500));
}

TEST_F(ImportTest, ChunkOfGiantRowsEndsByBytes) {
    options_.chunk = {.rows = 1000, .bytes = 300'000};
    std::string text;
    for (int i = 0; i < 50; ++i) {
        text += std::string(200'000, 'x') + "\n" + good_message(1, i) + "\n";
    }
    const FileReport report = import_one(folder_.write("giant.ndjson", text));
    EXPECT_EQ(report.tally.accepted, 50U);
    EXPECT_EQ(report.tally.rejected(), 50U);
    EXPECT_EQ(baskets(), numbers(0, 50));
    for (const retail::DeadLetter& letter : log_.dead_letters()) {
        EXPECT_EQ(letter.true_bytes(), 200'000U);
    }
}

TEST_F(ImportTest, FilesComeOneAfterAnother) {
    const auto report = import({folder_.write("1.csv", std::string(kHeader) + csv_rows(0, 5)),
                                folder_.write("2.ndjson", good_message(1, 5) + "\n"),
                                folder_.write("3.csv", std::string(kHeader) + csv_rows(0, 5))});
    ASSERT_TRUE(report) << report.error().message;
    ASSERT_EQ(report->files.size(), 3U);
    EXPECT_EQ(report->files[2].outcome, FileOutcome::kAlreadyImported);
    EXPECT_EQ(report->tally.accepted, 6U);
}

}  // namespace
}  // namespace shelfcast::ingest
