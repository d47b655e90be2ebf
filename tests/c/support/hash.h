/* MD5 and SHA-256 of bytes in memory, as lower-case hex: what was sent is compared with what the service has. */
#ifndef HASH_H
#define HASH_H

#include <stddef.h>

struct md5_text {
    char hex[33];
};

struct sha256_text {
    char hex[65];
};

struct md5_text md5_of(const void *bytes, size_t size);
struct sha256_text sha256_of(const void *bytes, size_t size);

#endif
