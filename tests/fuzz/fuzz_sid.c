/* What passes as a SID goes into URL paths: two given letters and 32 hexadecimal digits. */
#include "fuzz.h"

#include <ctype.h>

#include "base/sid.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const char *const prefixes[] = { "AC", "SK", "WS", "WW", "WK", "WT", "WR", "CA", "CF" };
    static bool (*const questions[])(const char *) = {
        sid_is_account, sid_is_api_key,     sid_is_workspace, sid_is_workflow,   sid_is_worker,
        sid_is_task,    sid_is_reservation, sid_is_call,      sid_is_conference,
    };
    char *text = fuzz_text(data, size);
    for (size_t i = 0; i < sizeof prefixes / sizeof prefixes[0]; i++) {
        bool valid = strlen(text) == SID_LEN && strncmp(text, prefixes[i], 2) == 0;
        for (size_t k = 2; valid && k < SID_LEN; k++)
            valid = isxdigit((unsigned char)text[k]) != 0;
        /* Capital digits are nobody's: Twilio writes small ones. Refusing them is no mistake. */
        bool said = sid_valid(text, prefixes[i]);
        MUST(!said || valid);
        MUST(said == questions[i](text));
        if (!said) continue;
        char copy[SID_SIZE];
        sid_copy(copy, text);
        MUST(strcmp(copy, text) == 0);
    }
    free(text);
    return 0;
}
