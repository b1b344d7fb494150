/*
 * What the fuzz targets share. libFuzzer calls a target with bytes of its own invention; a target
 * hands them to one parser and checks what must hold of the result, whatever the bytes were.
 */
#ifndef DIALPAD_FUZZ_H
#define DIALPAD_FUZZ_H

#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerInitialize(int *argc, char ***argv);

/* A finding: libFuzzer keeps the input that led here. */
#define MUST(condition)                                                                  \
    do {                                                                                 \
        if (!(condition)) {                                                              \
            fprintf(stderr, "%s:%d: %s doesn't hold\n", __FILE__, __LINE__, #condition); \
            abort();                                                                     \
        }                                                                                \
    } while (0)

/* The bytes as a text: what follows a NUL among them is never looked at. */
static inline char *fuzz_text(const uint8_t *data, size_t size)
{
    char *text = malloc(size + 1);
    MUST(text != NULL);
    if (size > 0) memcpy(text, data, size);
    text[size] = '\0';
    return text;
}

/* Takes the bytes up to the next line break off the input; the rest stays. */
static inline char *fuzz_line(const uint8_t **data, size_t *size)
{
    const uint8_t *end = *size > 0 ? memchr(*data, '\n', *size) : NULL;
    size_t len = end != NULL ? (size_t)(end - *data) : *size;
    char *text = fuzz_text(*data, len);
    size_t used = end != NULL ? len + 1 : len;
    *data += used;
    *size -= used;
    return text;
}

#endif
