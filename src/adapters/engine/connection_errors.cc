#include "adapters/engine/connection_errors.h"

#include <dlfcn.h>
#include <link.h>
#include <sys/mman.h>
#include <unistd.h>

#include <array>
#include <cstdint>
#include <cstring>
#include <optional>
#include <span>
#include <string_view>
#include <vector>

namespace shelfcast::adapters {

namespace {

// What follows is the Itanium C++ ABI: a virtual table is preceded by its offset to the top (0) and
// a pointer to the type's description, whose second word points to the mangled name.
constexpr std::string_view kTypeName("19KillingErrorHandler\0", 22);
constexpr std::size_t kDestructors = 2;
constexpr std::size_t kHandlers = 3;  // For Poco::Exception, std::exception and anything else.

using Word = std::uintptr_t;

struct LoadedLibrary {
    Word base = 0;
    std::span<const char> constants;    // Neither written nor run.
    std::vector<std::span<Word>> data;  // Written, at least while it is relocated.
    std::vector<std::span<const char>> code;

    [[nodiscard]] bool is_code(Word address) const {
        for (const std::span<const char> part : code) {
            const Word begin = reinterpret_cast<Word>(part.data());
            if (address >= begin && address < begin + part.size()) {
                return true;
            }
        }
        return false;
    }
};

int collect_segments(dl_phdr_info* info, std::size_t /*size*/, void* target) {
    auto* const library = static_cast<LoadedLibrary*>(target);
    if (info->dlpi_addr != library->base) {
        return 0;
    }
    for (const ElfW(Phdr) & header : std::span(info->dlpi_phdr, info->dlpi_phnum)) {
        if (header.p_type != PT_LOAD) {
            continue;
        }
        char* const begin = reinterpret_cast<char*>(library->base + header.p_vaddr);
        if ((header.p_flags & PF_X) != 0) {
            library->code.emplace_back(begin, header.p_memsz);
        } else if ((header.p_flags & PF_W) != 0) {
            const Word first = (reinterpret_cast<Word>(begin) + sizeof(Word) - 1) / sizeof(Word);
            const Word last = (reinterpret_cast<Word>(begin) + header.p_filesz) / sizeof(Word);
            library->data.emplace_back(reinterpret_cast<Word*>(first * sizeof(Word)), last - first);
        } else {
            library->constants = {begin, header.p_memsz};
        }
    }
    return 1;
}

std::vector<Word*> places_that_hold(const LoadedLibrary& library, Word value) {
    std::vector<Word*> places;
    for (const std::span<Word> part : library.data) {
        for (Word& word : part) {
            if (word == value) {
                places.push_back(&word);
            }
        }
    }
    return places;
}

// The first of the table's three handlers.
std::optional<std::span<Word>> find_handlers(const LoadedLibrary& library) {
    const void* const name = ::memmem(library.constants.data(), library.constants.size(),
                                      kTypeName.data(), kTypeName.size());
    if (name == nullptr) {
        return std::nullopt;
    }
    for (Word* const name_place : places_that_hold(library, reinterpret_cast<Word>(name))) {
        const Word description = reinterpret_cast<Word>(name_place - 1);
        for (Word* const place : places_that_hold(library, description)) {
            const std::span<Word> functions(place + 1, kDestructors + kHandlers);
            bool is_table = place[-1] == 0;
            for (const Word function : functions) {
                is_table = is_table && library.is_code(function);
            }
            if (is_table) {
                return functions.subspan(kDestructors);
            }
        }
    }
    return std::nullopt;
}

// The connection's own code has logged the exception and closed the connection.
void carry_on(const void* /*handler*/, const void* /*exception*/) {}

bool replace(std::span<Word> functions) {
    const Word page = static_cast<Word>(::sysconf(_SC_PAGESIZE));
    const Word begin = reinterpret_cast<Word>(functions.data()) / page * page;
    const std::size_t size = reinterpret_cast<Word>(functions.data() + functions.size()) - begin;
    void* const pages = reinterpret_cast<void*>(begin);
    if (::mprotect(pages, size, PROT_READ | PROT_WRITE) != 0) {
        return false;
    }
    for (Word& function : functions) {
        function = reinterpret_cast<Word>(&carry_on);
    }
    return ::mprotect(pages, size, PROT_READ) == 0;
}

}  // namespace

bool survive_connection_errors(const void* symbol) {
    Dl_info info{};
    if (::dladdr(symbol, &info) == 0) {
        return false;
    }
    LoadedLibrary library{.base = reinterpret_cast<Word>(info.dli_fbase)};
    ::dl_iterate_phdr(&collect_segments, &library);
    const std::optional<std::span<Word>> handlers = find_handlers(library);
    // The search and the loader's relocations have touched tens of megabytes that nobody needs
    // again soon; they come back from the file when somebody does.
    ::madvise(const_cast<char*>(library.constants.data()), library.constants.size(), MADV_DONTNEED);
    return handlers && replace(*handlers);
}

}  // namespace shelfcast::adapters
