#include "setup_conf.h"

#include <stdio.h>
#include <string.h>

#include "base/config_edit.h"
#include "base/private_file.h"
#include "base/strbuf.h"
#include "replace_file.h"

enum { CONF_MAX = 64 * 1024, CONF_MODE = 0640 };

/* Without a file the text is empty. False, and said, if it can't be read. */
static bool read_conf(const char *path, struct strbuf *text)
{
    char problem[PRIVATE_FILE_PROBLEM_SIZE];
    char *read = NULL;
    size_t len = 0;
    enum err rc = private_file_read(path, CONF_MAX, &read, &len, problem);
    if (rc == ERR_NOT_FOUND) return true;
    if (rc != ERR_OK) {
        fprintf(stderr, "dialpad-admin: %s: %s\n", path, problem);
        return false;
    }
    strbuf_add(text, read, len);
    private_file_free(read, len);
    return !strbuf_failed(text);
}

static void wipe(struct strbuf *text)
{
    explicit_bzero(text->buf, text->len);
    strbuf_free(text);
}

bool setup_conf_has(const char *path, const char *key)
{
    struct strbuf text;
    strbuf_init(&text, CONF_MAX);
    bool has = read_conf(path, &text) && config_edit_has(text.buf, key);
    wipe(&text);
    return has;
}

bool setup_conf_write(const char *path, const struct setup_line *lines, size_t count)
{
    struct strbuf text;
    strbuf_init(&text, CONF_MAX);
    bool good = read_conf(path, &text);
    for (size_t i = 0; good && i < count; i++) {
        struct strbuf edited;
        strbuf_init(&edited, CONF_MAX);
        config_edit_set(&edited, text.buf, lines[i].key, lines[i].value);
        good = !strbuf_failed(&edited);
        wipe(&text);
        text = edited;
    }
    if (good) good = replace_file(path, text.buf, CONF_MODE, "dialpad");
    wipe(&text);
    return good;
}
