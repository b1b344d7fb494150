#include "page/page_line.h"

#include "base/fold.h"
#include "base/line.h"

bool page_line_is(const char *text)
{
    struct strbuf composed;
    strbuf_init(&composed, STRBUF_MAX_URL);
    enum err rc = fold_compose(&composed, text);
    bool valid = rc == ERR_OK && line_is_valid(composed.buf);
    strbuf_free(&composed);
    return valid;
}

enum err page_line(struct request *request, size_t param, const char **line)
{
    const char *text = request_param(request, param);
    struct strbuf composed;
    *line = "";
    if (text == NULL || !fold_is_visible(text)) return ERR_OK;
    strbuf_init(&composed, STRBUF_MAX_URL);
    enum err rc = fold_compose(&composed, text);
    if (rc == ERR_OK) {
        *line = arena_strdup(&request->arena, composed.buf);
        if (*line == NULL) rc = ERR_MEMORY;
    }
    strbuf_free(&composed);
    return rc;
}
