/* Pictures of the tests: PNG files made here, and the size of those that the service makes. */
#ifndef PICTURE_H
#define PICTURE_H

#include <stddef.h>
#include <stdint.h>

/* A gray picture as PNG, uncompressed and of at most 8000 pixels; free() it. */
uint8_t *picture_new(uint32_t width, uint32_t height, size_t *out_size);

/* Checks that the bytes are a PNG of this size in pixels. */
void check_picture(const void *bytes, size_t size, uint32_t width, uint32_t height);

#endif
