#include "picture.h"

#include <stdlib.h>
#include <string.h>

#include "check.h"
#include "crc.h"

static uint8_t *put_word(uint8_t *at, uint32_t word)
{
    for (int i = 0; i < 4; i++) {
        *at++ = (uint8_t)(word >> (24 - 8 * i));
    }
    return at;
}

static uint8_t *put_chunk(uint8_t *at, const char *name, const uint8_t *bytes, size_t size)
{
    uint8_t *start = put_word(at, (uint32_t)size);
    memcpy(start, name, 4);
    if (size) {
        memcpy(start + 4, bytes, size);
    }
    return put_word(start + 4 + size, crc32_of(start, size + 4));
}

uint8_t *picture_new(uint32_t width, uint32_t height, size_t *out_size)
{
    uint8_t header[13], pixels[8500], *at = put_word(put_word(header, width), height);
    uint8_t *picture = malloc(9000), *end = picture + 8;
    uint16_t size = (uint16_t)(height * (width + 1));
    uint32_t low = 1, high = 0;
    memcpy(at, "\x08\x00\x00\x00\x00", 5);
    /* One stored block of deflate, framed as zlib wants it: each line is a filter byte 0 and its pixels. */
    memcpy(pixels, "\x78\x01\x01", 3);
    pixels[3] = (uint8_t)size;
    pixels[4] = (uint8_t)(size >> 8);
    pixels[5] = (uint8_t)~pixels[3];
    pixels[6] = (uint8_t)~pixels[4];
    for (uint32_t i = 0; i < size; i++) {
        pixels[7 + i] = i % (width + 1) ? (uint8_t)(i * 7) : 0;
        low = (low + pixels[7 + i]) % 65521;
        high = (high + low) % 65521;
    }
    put_word(pixels + 7 + size, high << 16 | low);
    memcpy(picture, "\x89PNG\r\n\x1a\n", 8);
    end = put_chunk(end, "IHDR", header, sizeof header);
    end = put_chunk(end, "IDAT", pixels, 7u + size + 4u);
    end = put_chunk(end, "IEND", NULL, 0);
    *out_size = (size_t)(end - picture);
    return picture;
}

void check_picture(const void *bytes, size_t size, uint32_t width, uint32_t height)
{
    uint8_t expected[8];
    put_word(put_word(expected, width), height);
    if (CHECK(bytes && size > 24)) {
        CHECK_BYTES("\x89PNG\r\n\x1a\n", bytes, 8);
        CHECK_BYTES(expected, (const uint8_t *)bytes + 16, 8);
    }
}
