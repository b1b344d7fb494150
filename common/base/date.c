#include "base/date.h"

#include <stddef.h>
#include <string.h>
#include <time.h>

static bool digit(char c)
{
    return c >= '0' && c <= '9';
}

static int two_digits(const char *text)
{
    return digit(text[0]) && digit(text[1]) ? (text[0] - '0') * 10 + (text[1] - '0') : -1;
}

/* "Z", "GMT", "+0130" or "+01:30" up to the end of the text. */
static bool parse_offset(const char *text, int64_t *offset_s)
{
    if (strcmp(text, "Z") == 0 || strcmp(text, "GMT") == 0) {
        *offset_s = 0;
        return true;
    }
    if (*text != '+' && *text != '-') return false;
    int hours = two_digits(text + 1);
    if (hours < 0) return false;
    const char *rest = text[3] == ':' ? text + 4 : text + 3;
    int minutes = two_digits(rest);
    if (minutes < 0 || rest[2] != '\0') return false;
    *offset_s = (*text == '-' ? -1 : 1) * (hours * 3600 + minutes * 60);
    return true;
}

static bool finish(struct tm *tm, const char *zone, int64_t *epoch_s)
{
    int64_t offset_s;
    if (!parse_offset(zone, &offset_s)) return false;
    *epoch_s = (int64_t)timegm(tm) - offset_s;
    return true;
}

bool date_parse_iso8601(const char *text, int64_t *epoch_s)
{
    struct tm tm = { 0 };
    const char *rest = text == NULL ? NULL : strptime(text, "%Y-%m-%dT%H:%M:%S", &tm);
    if (rest == NULL) return false;
    if (*rest == '.') {
        do
            rest++;
        while (digit(*rest));
    }
    return finish(&tm, rest, epoch_s);
}

bool date_parse_rfc2822(const char *text, int64_t *epoch_s)
{
    struct tm tm = { 0 };
    /* No program of ours calls setlocale, so the names of days and months are the English ones. */
    const char *rest = text == NULL ? NULL : strptime(text, "%a, %d %b %Y %H:%M:%S ", &tm);
    return rest != NULL && finish(&tm, rest, epoch_s);
}

void date_print_iso8601(int64_t epoch_s, char text[DATE_SIZE])
{
    time_t seconds = (time_t)epoch_s;
    struct tm utc = { 0 };
    gmtime_r(&seconds, &utc);
    strftime(text, DATE_SIZE, "%Y-%m-%dT%H:%M:%SZ", &utc);
}
