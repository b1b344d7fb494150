/*
 * Twilio's signature over any URL and any form: what we compute ourselves is genuine, and nothing
 * else is: neither another header nor another address.
 */
#include "fuzz.h"

#include "auth/signature.h"
#include "base/params.h"

static void check(struct signature *signature, const char *url, const struct params *form)
{
    char text[SIGNATURE_TEXT_SIZE];
    if (signature_compute(signature, url, form, text) != ERR_OK) return;
    MUST(signature_valid(signature, url, form, text));
    text[5] = text[5] == 'A' ? 'B' : 'A';
    MUST(!signature_valid(signature, url, form, text));
    text[5] = '\0';
    MUST(!signature_valid(signature, url, form, text));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static struct signature *signature;
    if (signature == NULL) MUST(signature_new("12345", "54321", &signature) == ERR_OK);
    struct arena arena;
    struct params form = { 0 };
    arena_init(&arena, 512 * 1024);
    char *url = fuzz_line(&data, &size);
    char *header = fuzz_line(&data, &size);
    if (params_parse_form(&arena, (const char *)data, size, &form) == ERR_OK) {
        MUST(!signature_valid(signature, url, &form, header));
        check(signature, url, &form);
        check(signature, url, NULL);
    }
    free(url);
    free(header);
    arena_free(&arena);
    return 0;
}
