#pragma once

/// \file adapters/lightgbm/lightgbm_api.h
/// The functions of LightGBM's C library that are used, found by name at run time. Private to this
/// adapter. The library's packages ship no header: these declarations are written by hand for
/// release 4.7 and hold for every 4.x.

#include <cstdint>
#include <string>

#include "base/result.h"

namespace shelfcast::adapters {

/// Plain function pointers; the library stays loaded until the process ends, so a copy is always
/// good. Every function returns 0, or -1 with the reason in get_last_error, per thread.
struct LightGbmApi {
    static constexpr int kFloat32 = 0;
    static constexpr int kRowMajor = 1;
    static constexpr int kPredictNormal = 0;
    static constexpr int kImportanceGain = 1;

    const char* (*get_last_error)() = nullptr;
    int (*register_log_callback)(void (*)(const char*)) = nullptr;
    int (*dataset_create_from_mat)(const void* data, int data_type, std::int32_t rows,
                                   std::int32_t columns, int is_row_major, const char* parameters,
                                   void* reference, void** out) = nullptr;
    int (*dataset_set_feature_names)(void* dataset, const char** names, int count) = nullptr;
    int (*dataset_set_field)(void* dataset, const char* name, const void* data, int count,
                             int data_type) = nullptr;
    int (*dataset_free)(void* dataset) = nullptr;
    int (*booster_create)(void* dataset, const char* parameters, void** out) = nullptr;
    int (*booster_load_model_from_string)(const char* text, int* iterations, void** out) = nullptr;
    int (*booster_free)(void* booster) = nullptr;
    int (*booster_update_one_iter)(void* booster, int* is_finished) = nullptr;
    int (*booster_get_num_feature)(void* booster, int* out) = nullptr;
    int (*booster_save_model_to_string)(void* booster, int first_iteration, int iterations,
                                        int importance_type, std::int64_t buffer_bytes,
                                        std::int64_t* text_bytes, char* out) = nullptr;
    int (*booster_feature_importance)(void* booster, int iterations, int importance_type,
                                      double* out) = nullptr;
    int (*booster_predict_for_mat)(void* booster, const void* data, int data_type,
                                   std::int32_t rows, std::int32_t columns, int is_row_major,
                                   int predict_type, int first_iteration, int iterations,
                                   const char* parameters, std::int64_t* count,
                                   double* out) = nullptr;
};

/// Loads the library. Errors name it: kUnavailable (not there, not loadable, not LightGBM 4).
[[nodiscard]] Result<LightGbmApi> load_lightgbm(const std::string& library);

}  // namespace shelfcast::adapters
