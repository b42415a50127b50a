# SQL lives in .sql files and is compiled into the binary.
#
# Included: shelfcast_embed_sql(DIRECTORY) makes library shelfcast_sql from every DIRECTORY/**/*.sql.
# As a script (cmake -DDIRECTORY=… -DOUTPUT=… -P embed_sql.cmake): writes the generated source.

if(CMAKE_SCRIPT_MODE_FILE)
  file(GLOB_RECURSE files RELATIVE ${DIRECTORY} ${DIRECTORY}/*.sql)
  list(SORT files)
  set(rows "")
  list(LENGTH files count)
  foreach(path IN LISTS files)
    file(READ ${DIRECTORY}/${path} text)
    if(text MATCHES "\\)embedded\"")
      message(FATAL_ERROR "${path}: contains the delimiter of the embedding literal")
    endif()
    file(SHA256 ${DIRECTORY}/${path} checksum)
    string(APPEND rows
           "    SqlFile{\"${path}\", R\"embedded(${text})embedded\",\n            \"${checksum}\"},\n")
  endforeach()
  file(WRITE ${OUTPUT} "#include \"sql_text.h\"

#include <algorithm>
#include <array>

#include \"base/check.h\"

namespace shelfcast {
namespace {

// Sorted by path.
constexpr std::array<SqlFile, ${count}> kFiles = {{
${rows}}};

}  // namespace

std::span<const SqlFile> sql_files() { return kFiles; }

std::string_view sql_text(std::string_view path) {
    const auto found = std::ranges::lower_bound(kFiles, path, {}, &SqlFile::path);
    SHELFCAST_CHECK(found != kFiles.end() && found->path == path);
    return found->text;
}

}  // namespace shelfcast
")
  return()
endif()

set(SHELFCAST_EMBED_SQL_SCRIPT ${CMAKE_CURRENT_LIST_FILE})

function(shelfcast_embed_sql directory)
  file(GLOB_RECURSE files CONFIGURE_DEPENDS ${directory}/*.sql)
  set(output ${CMAKE_CURRENT_BINARY_DIR}/sql_text.cc)
  add_custom_command(
    OUTPUT ${output}
    COMMAND ${CMAKE_COMMAND} -DDIRECTORY=${directory} -DOUTPUT=${output} -P
            ${SHELFCAST_EMBED_SQL_SCRIPT}
    DEPENDS ${files} ${SHELFCAST_EMBED_SQL_SCRIPT}
    COMMENT "Embedding SQL files"
    VERBATIM)
  shelfcast_library(sql SOURCES ${output} DEPENDS base)
  target_include_directories(shelfcast_sql PUBLIC ${directory})
endfunction()
