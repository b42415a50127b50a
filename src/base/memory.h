#pragma once

/// \file base/memory.h
/// The allocator's manners in a program that runs for months: what is freed goes back to the
/// system.

namespace shelfcast {

/// Call once, before any thread. Blocks from 1 MiB on go back as they are freed: left alone, glibc
/// raises that bound to 32 MiB as such blocks come and go, and keeps a gibibyte that nothing uses.
void keep_large_blocks_apart() noexcept;

/// Gives back the freed blocks that lie between those in use, in the arenas of all threads; some
/// milliseconds. Call after work that took much: a batch leaves some 200 MiB of them.
void give_back_freed_memory() noexcept;

}  // namespace shelfcast
