#pragma once

/// \file retail/plain_message.h
/// One pass over a message as tills write it: a flat object of known names, texts without escapes,
/// numbers. Whatever looks different is left to the full parser, which alone says what is wrong, so
/// this reader decides how fast a message is read and never whether it is taken.
///
/// It expects after a field the one that followed it last time, as in Li, Katsipoulakis, Goldstein,
/// Cafarella and Chandramouli, "Mison: A Fast JSON Parser for Data Analytics" (VLDB 2017), and
/// looks at eight bytes of a text at a time. Not thread safe.

#include <array>
#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

#include "retail/topics.h"

namespace shelfcast::retail {

/// The fields of a message, by their places in the topic's list, as bits.
struct NamedFields {
    std::uint32_t named = 0;
    std::uint32_t seen = 0;  ///< Named, and not null.
};

class PlainMessageReader {
public:
    /// At most 32 fields, whose names are shorter than 30 bytes.
    explicit PlainMessageReader(std::span<const MessageField> fields);

    /// Reads a message followed by kMessagePadding readable bytes. True: `named` is filled, and of
    /// each field seen `texts` has the inside of its string, free of control characters and
    /// escapes, or its number (maybe no JSON number: only its letters are). False: not of that
    /// form, and both are unspecified.
    [[nodiscard]] bool read(std::string_view message, std::span<std::string_view> texts,
                            NamedFields& named);

private:
    /// `name":` less the colon, to be compared by words.
    struct Key {
        std::array<std::uint64_t, 4> words{};
        std::array<std::uint64_t, 4> masks{};
        std::size_t bytes = 0;
        bool number = false;
        bool required = false;
        std::uint8_t usual_next = 0;  ///< The field that followed this one last time.
    };

    [[nodiscard]] static bool begins_with(const char* at, const Key& key);
    [[nodiscard]] bool find_key(const char* at, std::size_t before, std::size_t& found);

    std::vector<Key> keys_;
};

}  // namespace shelfcast::retail
