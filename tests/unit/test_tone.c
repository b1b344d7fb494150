/*
 * The sounds: exactly one round long, valid WAV, and out of the bands in which tests tell agents
 * apart by their tones.
 */
#include "unit.h"

#include <math.h>

#include "call/tone.h"

enum { RATE = 8000, HEADER_BYTES = 44 };

static unsigned u32_at(const struct strbuf *wav, size_t at)
{
    const unsigned char *p = (const unsigned char *)wav->buf + at;
    return p[0] | (unsigned)p[1] << 8 | (unsigned)p[2] << 16 | (unsigned)p[3] << 24;
}

static double sample_at(const struct strbuf *wav, size_t i)
{
    const unsigned char *p = (const unsigned char *)wav->buf + HEADER_BYTES + 2 * i;
    return (int16_t)(p[0] | p[1] << 8);
}

/* The amplitude of one frequency over the whole sound. */
static double level_of(const struct strbuf *wav, double hz)
{
    double re = 0;
    double im = 0;
    size_t samples = (wav->len - HEADER_BYTES) / 2;
    for (size_t i = 0; i < samples; i++) {
        re += sample_at(wav, i) * cos(2 * M_PI * hz * (double)i / RATE);
        im += sample_at(wav, i) * sin(2 * M_PI * hz * (double)i / RATE);
    }
    return 2 * sqrt(re * re + im * im) / (double)samples;
}

static void check(void (*make)(struct strbuf *), double own_hz)
{
    struct strbuf wav;
    strbuf_init(&wav, 128 * 1024);
    make(&wav);
    assert_false(strbuf_failed(&wav));
    assert_memory_equal(wav.buf, "RIFF", 4);
    assert_memory_equal(wav.buf + 8, "WAVEfmt ", 8);
    assert_int_equal(u32_at(&wav, 4), wav.len - 8);
    assert_int_equal(u32_at(&wav, 24), RATE);
    assert_int_equal(u32_at(&wav, 40), wav.len - HEADER_BYTES);
    assert_int_equal(wav.len - HEADER_BYTES, TONE_SECONDS * RATE * 2);
    double own = level_of(&wav, own_hz);
    assert_true(own > 100);
    for (double hz = 400; hz <= 480; hz += 5)
        assert_true(level_of(&wav, hz) < own / 20);
    for (double hz = 950; hz <= 1050; hz += 5)
        assert_true(level_of(&wav, hz) < own / 20);
    strbuf_free(&wav);
}

static void ringback_keeps_its_bands(void **state)
{
    (void)state;
    check(tone_ringback, 560);
}

static void music_keeps_its_bands(void **state)
{
    (void)state;
    check(tone_music, 659.3);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(ringback_keeps_its_bands),
        cmocka_unit_test(music_keeps_its_bands),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
