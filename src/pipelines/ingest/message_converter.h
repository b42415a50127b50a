#pragma once

/// \file pipelines/ingest/message_converter.h
/// Messages as files have them: a store's code in place of its number counts.

#include <simdjson.h>

#include <cstdint>
#include <string>
#include <string_view>

#include "base/result.h"
#include "pipelines/ingest/batch_builder.h"
#include "pipelines/ingest/event_columns.h"
#include "pipelines/ingest/store_resolver.h"

namespace shelfcast::ingest {

/// One owner, not thread safe. Every `line` is followed by EventDecoder::kPadding readable bytes.
class MessageConverter {
public:
    /// Hands the message to the builder, or refuses it. `number`: of its row, from 0.
    [[nodiscard]] Status convert(std::uint64_t number, std::string_view line, StoreResolver& stores,
                                 BatchBuilder& builder);

    /// The text of a store_id that is a string or a number, and where its token stands in the line.
    [[nodiscard]] bool find_store_text(std::string_view line, std::string_view& code,
                                       std::string_view& token);

private:
    simdjson::ondemand::parser parser_;
    std::string message_;
    RowConverter refuser_;
};

}  // namespace shelfcast::ingest
