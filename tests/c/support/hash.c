#include "hash.h"

#include <math.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

/* Both hashes take blocks of 64 bytes and end with 0x80, zeros and the length in bits. */
enum { BLOCK = 64 };

typedef void block_function(uint32_t *state, const uint8_t *block);

static uint32_t rotate_left(uint32_t word, unsigned count)
{
    return (word << count) | (word >> (32 - count));
}

static uint32_t rotate_right(uint32_t word, unsigned count)
{
    return (word >> count) | (word << (32 - count));
}

static void md5_block(uint32_t *state, const uint8_t *block)
{
    static const unsigned shifts[4][4] = {{7, 12, 17, 22}, {5, 9, 14, 20}, {4, 11, 16, 23}, {6, 10, 15, 21}};
    static uint32_t sines[64];
    uint32_t words[16], a = state[0], b = state[1], c = state[2], d = state[3];
    if (!sines[63]) {
        for (int i = 0; i < 64; i++) {
            sines[i] = (uint32_t)(fabs(sin(i + 1.0)) * 4294967296.0);
        }
    }
    for (int i = 0; i < 16; i++) {
        words[i] = (uint32_t)block[4 * i] | (uint32_t)block[4 * i + 1] << 8 | (uint32_t)block[4 * i + 2] << 16
                   | (uint32_t)block[4 * i + 3] << 24;
    }
    for (int i = 0; i < 64; i++) {
        uint32_t mix, old_d = d;
        int word;
        switch (i / 16) {
        case 0:
            mix = (b & c) | (~b & d);
            word = i;
            break;
        case 1:
            mix = (d & b) | (~d & c);
            word = (5 * i + 1) % 16;
            break;
        case 2:
            mix = b ^ c ^ d;
            word = (3 * i + 5) % 16;
            break;
        default:
            mix = c ^ (b | ~d);
            word = (7 * i) % 16;
            break;
        }
        mix += a + sines[i] + words[word];
        d = c;
        c = b;
        b += rotate_left(mix, shifts[i / 16][i % 4]);
        a = old_d;
    }
    state[0] += a;
    state[1] += b;
    state[2] += c;
    state[3] += d;
}

static void sha256_block(uint32_t *state, const uint8_t *block)
{
    static const uint32_t constants[64] = {
        0x428a2f98, 0x71374491, 0xb5c0fbcf, 0xe9b5dba5, 0x3956c25b, 0x59f111f1, 0x923f82a4, 0xab1c5ed5,
        0xd807aa98, 0x12835b01, 0x243185be, 0x550c7dc3, 0x72be5d74, 0x80deb1fe, 0x9bdc06a7, 0xc19bf174,
        0xe49b69c1, 0xefbe4786, 0x0fc19dc6, 0x240ca1cc, 0x2de92c6f, 0x4a7484aa, 0x5cb0a9dc, 0x76f988da,
        0x983e5152, 0xa831c66d, 0xb00327c8, 0xbf597fc7, 0xc6e00bf3, 0xd5a79147, 0x06ca6351, 0x14292967,
        0x27b70a85, 0x2e1b2138, 0x4d2c6dfc, 0x53380d13, 0x650a7354, 0x766a0abb, 0x81c2c92e, 0x92722c85,
        0xa2bfe8a1, 0xa81a664b, 0xc24b8b70, 0xc76c51a3, 0xd192e819, 0xd6990624, 0xf40e3585, 0x106aa070,
        0x19a4c116, 0x1e376c08, 0x2748774c, 0x34b0bcb5, 0x391c0cb3, 0x4ed8aa4a, 0x5b9cca4f, 0x682e6ff3,
        0x748f82ee, 0x78a5636f, 0x84c87814, 0x8cc70208, 0x90befffa, 0xa4506ceb, 0xbef9a3f7, 0xc67178f2};
    uint32_t words[64], v[8];
    for (int i = 0; i < 16; i++) {
        words[i] = (uint32_t)block[4 * i] << 24 | (uint32_t)block[4 * i + 1] << 16 | (uint32_t)block[4 * i + 2] << 8
                   | (uint32_t)block[4 * i + 3];
    }
    for (int i = 16; i < 64; i++) {
        uint32_t w15 = words[i - 15], w2 = words[i - 2];
        words[i] = words[i - 16] + (rotate_right(w15, 7) ^ rotate_right(w15, 18) ^ (w15 >> 3)) + words[i - 7]
                   + (rotate_right(w2, 17) ^ rotate_right(w2, 19) ^ (w2 >> 10));
    }
    memcpy(v, state, sizeof v);
    for (int i = 0; i < 64; i++) {
        uint32_t e = v[4], a = v[0];
        uint32_t first = v[7] + (rotate_right(e, 6) ^ rotate_right(e, 11) ^ rotate_right(e, 25))
                         + ((e & v[5]) ^ (~e & v[6])) + constants[i] + words[i];
        uint32_t second = (rotate_right(a, 2) ^ rotate_right(a, 13) ^ rotate_right(a, 22))
                          + ((a & v[1]) ^ (a & v[2]) ^ (v[1] & v[2]));
        memmove(v + 1, v, 7 * sizeof v[0]);
        v[4] += first;
        v[0] = first + second;
    }
    for (int i = 0; i < 8; i++) {
        state[i] += v[i];
    }
}

static void run_blocks(block_function *function, uint32_t *state, const uint8_t *bytes, size_t size, int big_endian)
{
    uint8_t tail[2 * BLOCK] = {0};
    size_t whole = size / BLOCK * BLOCK, rest = size - whole;
    size_t tail_size = rest + 9 <= BLOCK ? BLOCK : 2 * BLOCK;
    uint64_t bits = (uint64_t)size * 8;
    for (size_t at = 0; at < whole; at += BLOCK) {
        function(state, bytes + at);
    }
    if (rest) {
        memcpy(tail, bytes + whole, rest);
    }
    tail[rest] = 0x80;
    for (int i = 0; i < 8; i++) {
        tail[tail_size - 8 + (size_t)i] = (uint8_t)(bits >> (8 * (big_endian ? 7 - i : i)));
    }
    for (size_t at = 0; at < tail_size; at += BLOCK) {
        function(state, tail + at);
    }
}

static void write_hex(char *out, const uint32_t *state, int words, int big_endian)
{
    for (int i = 0; i < words * 4; i++) {
        unsigned shift = 8u * (unsigned)(big_endian ? 3 - i % 4 : i % 4);
        snprintf(out + 2 * i, 3, "%02x", (unsigned)(state[i / 4] >> shift) & 0xff);
    }
}

struct md5_text md5_of(const void *bytes, size_t size)
{
    uint32_t state[4] = {0x67452301, 0xefcdab89, 0x98badcfe, 0x10325476};
    struct md5_text text;
    run_blocks(md5_block, state, bytes, size, 0);
    write_hex(text.hex, state, 4, 0);
    return text;
}

struct sha256_text sha256_of(const void *bytes, size_t size)
{
    uint32_t state[8] = {0x6a09e667, 0xbb67ae85, 0x3c6ef372, 0xa54ff53a,
                         0x510e527f, 0x9b05688c, 0x1f83d9ab, 0x5be0cd19};
    struct sha256_text text;
    run_blocks(sha256_block, state, bytes, size, 1);
    write_hex(text.hex, state, 8, 1);
    return text;
}
