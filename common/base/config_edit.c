#include "base/config_edit.h"

#include <stddef.h>
#include <string.h>

static const char *skip_blanks(const char *at)
{
    return at + strspn(at, " \t");
}

/* Does this line say KEY=…? */
static bool gives(const char *line, const char *key)
{
    size_t len = strlen(key);
    line = skip_blanks(line);
    return strncmp(line, key, len) == 0 && *skip_blanks(line + len) == '=';
}

static bool gives_example(const char *line, const char *key)
{
    line = skip_blanks(line);
    return *line == '#' && gives(line + 1, key);
}

static const char *next_line(const char *line)
{
    const char *end = strchr(line, '\n');
    return end != NULL ? end + 1 : line + strlen(line);
}

static const char *find(const char *text, const char *key,
                        bool (*wanted)(const char *line, const char *key))
{
    for (const char *line = text; *line != '\0'; line = next_line(line))
        if (wanted(line, key)) return line;
    return NULL;
}

bool config_edit_has(const char *text, const char *key)
{
    return find(text, key, gives) != NULL;
}

void config_edit_set(struct strbuf *out, const char *text, const char *key, const char *value)
{
    const char *line = find(text, key, gives);
    if (line == NULL && value != NULL) line = find(text, key, gives_example);
    size_t len = strlen(text);
    size_t before = line != NULL ? (size_t)(line - text) : len;
    strbuf_add(out, text, before);
    if (line == NULL && len > 0 && text[len - 1] != '\n' && value != NULL) strbuf_addch(out, '\n');
    if (value != NULL) strbuf_addf(out, "%s=%s\n", key, value);
    if (line != NULL) strbuf_addstr(out, next_line(line));
}
