#pragma once

/// \file api/table_stream.h
/// A table of any length as the body of an answer, in pieces.

#include <string>
#include <string_view>

#include "base/result.h"
#include "ports/http.h"
#include "ports/table_source.h"

namespace shelfcast::api {

/// Asks at once, on a thread of the body's own, and waits for the first piece, so that an answer
/// that fails at its beginning is an error and not half a body. CSV comes without formulas.
/// `source` must outlive the body. Errors: those of TableSource::stream_table.
[[nodiscard]] Result<ports::HttpBodySource> stream_of_table(ports::TableSource& source,
                                                            std::string_view sql,
                                                            const ports::QueryValues& values,
                                                            ports::TableFormat format);

}  // namespace shelfcast::api
