# The library as targets of CMake. As part of another project it is built when they are; here `make` has built it.

if(CMAKE_SOURCE_DIR STREQUAL PROJECT_SOURCE_DIR)
    set(target "${PROJECT_SOURCE_DIR}/target")
else()
    set(target "${PROJECT_BINARY_DIR}/target")
endif()
set(FILESTACK_TARGET_DIR "${target}" CACHE PATH "Where Cargo builds")
set(FILESTACK_LIBRARY_DIR "${FILESTACK_TARGET_DIR}/lib" CACHE PATH "Folder of libfilestack.so and libfilestack.a")

file(STRINGS "${PROJECT_SOURCE_DIR}/Cargo.toml" version REGEX "^version = ")
list(GET version 0 version)
string(REGEX MATCH "([0-9]+\\.[0-9]+)\\.[0-9]+" version "${version}")
set(FILESTACK_SHARED "${FILESTACK_LIBRARY_DIR}/libfilestack.so.${version}")
set(FILESTACK_SONAME "libfilestack.so.${CMAKE_MATCH_1}")

add_library(filestack::filestack SHARED IMPORTED GLOBAL)
set_target_properties(filestack::filestack PROPERTIES
    IMPORTED_LOCATION "${FILESTACK_SHARED}"
    IMPORTED_SONAME "${FILESTACK_SONAME}"
    INTERFACE_INCLUDE_DIRECTORIES "${PROJECT_SOURCE_DIR}/include")

file(STRINGS "${PROJECT_SOURCE_DIR}/packaging/library.mk" libraries REGEX "^NATIVE_LIBRARIES := ")
string(REPLACE "NATIVE_LIBRARIES := " "" libraries "${libraries}")
string(REPLACE " " ";" libraries "${libraries}")
add_library(filestack::static STATIC IMPORTED GLOBAL)
set_target_properties(filestack::static PROPERTIES
    IMPORTED_LOCATION "${FILESTACK_LIBRARY_DIR}/libfilestack.a"
    IMPORTED_LINK_INTERFACE_LANGUAGES C
    INTERFACE_INCLUDE_DIRECTORIES "${PROJECT_SOURCE_DIR}/include"
    INTERFACE_LINK_LIBRARIES "${libraries}")

if(NOT CMAKE_SOURCE_DIR STREQUAL PROJECT_SOURCE_DIR)
    find_program(FILESTACK_MAKE make REQUIRED)
    # Cargo itself knows what has changed. The flags of a make around it are not for this one.
    add_custom_target(filestack_library
        COMMAND "${CMAKE_COMMAND}" -E env --unset=MAKEFLAGS --unset=MFLAGS "CARGO_TARGET_DIR=${FILESTACK_TARGET_DIR}"
            "${FILESTACK_MAKE}" library
        WORKING_DIRECTORY "${PROJECT_SOURCE_DIR}"
        BYPRODUCTS "${FILESTACK_SHARED}" "${FILESTACK_LIBRARY_DIR}/libfilestack.a"
        COMMENT "Building libfilestack"
        VERBATIM)
    add_dependencies(filestack::filestack filestack_library)
    add_dependencies(filestack::static filestack_library)
endif()
