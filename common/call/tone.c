#include "call/tone.h"

#include <math.h>
#include <stddef.h>
#include <stdint.h>

enum { RATE = 8000, BYTES_PER_SAMPLE = 2, HEADER_BYTES = 44 };

static void add_u16(struct strbuf *out, unsigned value)
{
    strbuf_addch(out, (char)(value & 0xff));
    strbuf_addch(out, (char)(value >> 8 & 0xff));
}

static void add_u32(struct strbuf *out, unsigned value)
{
    add_u16(out, value & 0xffff);
    add_u16(out, value >> 16);
}

static void add_header(struct strbuf *out, unsigned data_bytes)
{
    strbuf_addstr(out, "RIFF");
    add_u32(out, HEADER_BYTES - 8 + data_bytes);
    strbuf_addstr(out, "WAVEfmt ");
    add_u32(out, 16);
    add_u16(out, 1); /* PCM */
    add_u16(out, 1); /* one channel */
    add_u32(out, RATE);
    add_u32(out, RATE * BYTES_PER_SAMPLE);
    add_u16(out, BYTES_PER_SAMPLE);
    add_u16(out, 8 * BYTES_PER_SAMPLE);
    strbuf_addstr(out, "data");
    add_u32(out, data_bytes);
}

/* Rises and falls within `fade_s`, so that nothing clicks. */
static double envelope(double t, double length_s, double fade_s)
{
    if (t < 0 || t >= length_s) return 0;
    return fmin(1.0, fmin(t, length_s - t) / fade_s);
}

/*
 * Two tones a fourth apart, 1.5 s on, then silence. Not a telephone network's own 440 + 480 Hz:
 * agents sit beside people who are really being rung.
 */
static double ringback_at(double t)
{
    return 0.12 * envelope(t, 1.5, 0.03) * (sin(2 * M_PI * 560 * t) + sin(2 * M_PI * 747 * t));
}

/* One note after the other, each dying away under the next. */
static double music_at(double t)
{
    static const double notes_hz[] = { 523.3, 659.3, 784.0, 659.3, 587.3, 698.5, 880.0, 698.5 };
    enum { NOTES = sizeof notes_hz / sizeof *notes_hz };
    const double note_s = (double)TONE_SECONDS / NOTES;
    size_t note = (size_t)(t / note_s);
    double since_s = t - (double)note * note_s;
    return 0.16 * envelope(since_s, note_s, 0.05) * exp(-1.2 * since_s) *
           sin(2 * M_PI * notes_hz[note % NOTES] * since_s);
}

static void add_wav(struct strbuf *out, double (*at)(double t))
{
    enum { SAMPLES = TONE_SECONDS * RATE };
    add_header(out, SAMPLES * BYTES_PER_SAMPLE);
    for (int i = 0; i < SAMPLES; i++)
        add_u16(out, (uint16_t)(int16_t)lrint(at((double)i / RATE) * INT16_MAX));
}

void tone_ringback(struct strbuf *out)
{
    add_wav(out, ringback_at);
}

void tone_music(struct strbuf *out)
{
    add_wav(out, music_at);
}
