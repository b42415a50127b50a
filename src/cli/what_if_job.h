#pragma once

/// \file cli/what_if_job.h
/// What-if questions about the chain's own history, and those kept by name, as JSON in and out.

#include "api/jobs_handler.h"
#include "api/what_if_handler.h"

namespace shelfcast::cli {

class App;

/// A question has the options that an answer's "assumptions" have, each of which may be left out
/// (then the configuration's holds, or a service level of 95 % and the demand that there was), and
/// "store_id": only that store; "scenario": the options kept by that name, under those given here.
[[nodiscard]] api::WhatIfDesk what_if_desk(App& app);

/// A question to its answer, for the command line.
[[nodiscard]] api::Job simulate_job(App& app);

}  // namespace shelfcast::cli
