/*
 * The sounds that a waiting agent hears, as WAV files (PCM, 8 kHz, 16 bit, mono) of exactly
 * TONE_SECONDS, so that one plays for one round.
 */
#ifndef DIALPAD_TONE_H
#define DIALPAD_TONE_H

#include "base/strbuf.h"

enum { TONE_SECONDS = 5 };

/* The colleague's softphone rings. */
void tone_ringback(struct strbuf *out);

/* On hold: a few quiet notes, over and over. */
void tone_music(struct strbuf *out);

#endif
