#include "base/sid.h"

#include <string.h>

bool sid_valid(const char *text, const char *prefix)
{
    if (text == NULL || text[0] != prefix[0] || text[1] != prefix[1]) return false;
    /* Twilio writes lower-case digits; its published patterns allow both. */
    size_t digits = strspn(text + 2, "0123456789abcdefABCDEF");
    return digits == SID_LEN - 2 && text[SID_LEN] == '\0';
}

bool sid_is_account(const char *text)
{
    return sid_valid(text, "AC");
}

bool sid_is_api_key(const char *text)
{
    return sid_valid(text, "SK");
}

bool sid_is_workspace(const char *text)
{
    return sid_valid(text, "WS");
}

bool sid_is_workflow(const char *text)
{
    return sid_valid(text, "WW");
}

bool sid_is_worker(const char *text)
{
    return sid_valid(text, "WK");
}

bool sid_is_task(const char *text)
{
    return sid_valid(text, "WT");
}

bool sid_is_reservation(const char *text)
{
    return sid_valid(text, "WR");
}

bool sid_is_call(const char *text)
{
    return sid_valid(text, "CA");
}

bool sid_is_conference(const char *text)
{
    return sid_valid(text, "CF");
}

void sid_copy(char *to, const char *sid)
{
    memcpy(to, sid, SID_SIZE);
}
