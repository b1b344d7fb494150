/*
 * Passes, names of Conferences and labels, as an agent's browser or Twilio could send them: none
 * holds but those that we have made, whatever surrounds them.
 */
#include "fuzz.h"

#include "auth/pass.h"

#define T1   "WT0123456789abcdef0123456789abcdef"
#define CALL "CA0123456789abcdef0123456789abcdef"

enum { ADDRESS_MAX = 256 }; /* no Worker's is longer */

static const int64_t now_s = 1700000000;
static struct pass_keys *keys;

int LLVMFuzzerInitialize(int *argc, char ***argv)
{
    struct keys list = { .list = { "a key that the fuzzer can't know", "and the one before it" },
                         .count = KEYS_MAX };
    (void)argc, (void)argv;
    MUST(pass_keys_new(&list, &keys) == ERR_OK);
    return 0;
}

/* A text that was cut, lengthened or taken from another address must not become a pass. */
static void try_beside_ours(const char *text, const char *address)
{
    const struct pass_seat seat = { PASS_CALLER, T1, address, NULL };
    const struct pass_seat other = { PASS_CALLEE, T1, address, NULL };
    char made[PASS_SIZE];
    char longer[2 * PASS_SIZE];
    size_t key;
    MUST(pass_make(keys, 1, &seat, now_s, made) == ERR_OK);
    MUST(pass_check(keys, &seat, made, now_s, &key) == PASS_FITS && key == 1);
    MUST(pass_check(keys, &other, made, now_s, &key) == PASS_WRONG);
    if (*text == '\0') return;
    snprintf(longer, sizeof longer, "%s%.30s", made, text);
    MUST(pass_check(keys, &seat, longer, now_s, &key) == PASS_WRONG);
    made[(unsigned char)*text % strlen(made)] ^= 1;
    MUST(pass_check(keys, &seat, made, now_s, &key) == PASS_WRONG);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    char t1[SID_SIZE];
    size_t key;
    char *address = fuzz_line(&data, &size);
    char *text = fuzz_text(data, size);
    if (strlen(address) > ADDRESS_MAX) address[ADDRESS_MAX] = '\0';
    const struct pass_seat seat = { PASS_CALLEE, T1, address, NULL };
    MUST(pass_check(keys, &seat, text, now_s, &key) == PASS_WRONG);
    MUST(!pass_room_read(keys, text, t1, &key));
    MUST(!pass_label_fits(keys, 0, &seat, CALL, text));
    try_beside_ours(text, address);
    free(text);
    free(address);
    return 0;
}
