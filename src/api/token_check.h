#pragma once

/// \file api/token_check.h
/// How a handler asks whether the caller may.

#include <functional>
#include <string_view>

namespace shelfcast::api {

/// True if the token (from "Authorization: Bearer …") is right. Called by several threads; compares
/// in constant time.
using TokenCheck = std::function<bool(std::string_view token)>;

}  // namespace shelfcast::api
