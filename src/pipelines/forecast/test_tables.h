#pragma once

/// \file pipelines/forecast/test_tables.h
/// A reader of Parquet files that finds none, for tests of CSV files. Not for production code.

#include <memory>
#include <string>

#include "ports/table_file_reader.h"

namespace shelfcast::forecast {

class NoTables final : public ports::TableFileReader {
public:
    Result<std::unique_ptr<ports::TableFile>> open(const std::string& path) override {
        return fail(ErrorKind::kInvalidInput, "{}: no Parquet file", path);
    }
};

}  // namespace shelfcast::forecast
