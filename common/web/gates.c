#include "web/gates.h"

#include <string.h>
#include <strings.h>

#include "base/json.h"
#include "base/metrics.h"
#include "base/strbuf.h"
#include "web/cors.h"
#include "web/webhook_record.h"

/* What anybody may fetch, a player may ask for the size of first. */
static bool is_public_head(const struct endpoint *self, const struct request *request)
{
    return request->method == METHOD_HEAD && self->is_public != NULL && self->is_public(request);
}

static enum err pass_method(const struct endpoint *self, const struct request *request,
                            struct response *response)
{
    static const char *const allow[] = {
        [METHOD_GET] = "GET",
        [METHOD_POST] = "POST",
        [METHOD_GET | METHOD_POST] = "GET, POST",
        [METHOD_GET | METHOD_HEAD] = "GET, HEAD",
    };
    if ((self->methods & (unsigned)request->method) != 0 || is_public_head(self, request))
        return ERR_OK;
    response_header(response, "Allow", allow[self->methods]);
    return response_refuse(response, ERR_METHOD, "method_not_allowed",
                           "This program doesn't answer to that method.");
}

/* No query of ours or of Twilio's comes near it, and no URL of Twilio's is longer as a whole. */
static enum err pass_query_length(const struct request *request, struct response *response)
{
    if (request->query == NULL || strlen(request->query) <= STRBUF_MAX_URL) return ERR_OK;
    return response_refuse(response, ERR_URI_TOO_LONG, "uri_too_long",
                           "The request's query is too long.");
}

/* For both that look at the body: one asks how long it is announced, one whether all has come. */
static enum err refuse_body(struct response *response, enum err rc)
{
    switch (rc) {
    case ERR_OK:
        return ERR_OK;
    case ERR_LENGTH:
        return response_refuse(response, rc, "length_required",
                               "The request has a body without a length.");
    case ERR_TOO_LARGE:
        return response_refuse(response, rc, "too_large", "The request's body is too large.");
    case ERR_INPUT:
        return response_refuse(response, rc, "bad_length",
                               "The request's body isn't as long as announced.");
    default:
        return rc;
    }
}

static enum err pass_length(const struct endpoint *self, const struct request *request,
                            struct response *response)
{
    bool wants_body = request->method == METHOD_POST && self->auth != AUTH_WEB_SERVER;
    return refuse_body(response, request_check_length(request, wants_body));
}

/* Compares the media type alone: "application/json; charset=utf-8" is application/json. */
static bool is_media_type(const char *header, const char *type)
{
    if (header == NULL) return false;
    size_t len = strlen(type);
    if (strncasecmp(header, type, len) != 0) return false;
    const char *rest = header + len;
    rest += strspn(rest, " \t");
    return *rest == '\0' || *rest == ';';
}

static enum err pass_content_type(const struct endpoint *self, const struct request *request,
                                  struct response *response)
{
    if (request->method != METHOD_POST || self->auth == AUTH_WEB_SERVER) return ERR_OK;
    const char *type = request_variable(request, "CONTENT_TYPE");
    const char *wanted =
        self->auth == AUTH_TWILIO ? "application/x-www-form-urlencoded" : "application/json";
    if (is_media_type(type, wanted)) return ERR_OK;
    /* Twilio posts nothing at all when it has nothing to say. */
    if (self->auth == AUTH_TWILIO && !request_announces_body(request)) return ERR_OK;
    return response_refuse(response, ERR_MEDIA_TYPE, "unsupported_media_type",
                           "The request's body has a type that this program doesn't read.");
}

static enum err pass_agent(struct service *service, struct request *request,
                           struct response *response)
{
    const char *token = request_variable(request, "HTTP_X_DIALPAD_TOKEN");
    if (token == NULL || *token == '\0') {
        return response_refuse(response, ERR_AUTH, "no_token",
                               "The request has no X-Dialpad-Token.");
    }
    enum err rc = ERR_AUTH;
    for (size_t i = 0; rc == ERR_AUTH && i < service->keys->count; i++)
        rc = token_session_verify(token, service->keys->list[i], clock_wall_s(), &request->agent);
    if (rc == ERR_MEMORY) return rc;
    if (rc == ERR_OK) return ERR_OK;
    return response_refuse(response, ERR_AUTH, "bad_token",
                           "The session has expired or isn't genuine.");
}

static enum err refuse_unsigned(struct response *response)
{
    return response_refuse(response, ERR_FORBIDDEN, "bad_signature",
                           "The request isn't signed by Twilio.");
}

static void note_signature(const struct config *config, bool genuine, int64_t now_s)
{
    webhook_record_note(config, genuine, now_s);
    if (genuine)
        metrics_set(METRIC_LAST_WEBHOOK, now_s);
    else
        metrics_count(METRIC_SIGNATURES_REFUSED);
}

/*
 * The URL as Twilio was told it: the configured address, this program's own name, and the query as
 * it was sent. Host and path of the request are not looked at: proxies rewrite them.
 */
static enum err pass_twilio(const struct endpoint *self, struct service *service,
                            struct request *request, struct response *response)
{
    enum err rc = ERR_MEMORY;
    struct strbuf url;
    strbuf_init(&url, STRBUF_MAX_URL);
    /* Twilio signs without a fragment, so what stands behind a '#' could say anything. */
    if (request->query != NULL && strchr(request->query, '#') != NULL) {
        rc = refuse_unsigned(response);
        goto out;
    }
    strbuf_addstr(&url, service->config->public_url);
    strbuf_addch(&url, '/');
    strbuf_addstr(&url, self->name);
    if (request->query != NULL) {
        strbuf_addch(&url, '?');
        strbuf_addstr(&url, request->query);
    }
    if (strbuf_failed(&url)) {
        rc = response_refuse(response, ERR_URI_TOO_LONG, "uri_too_long",
                             "The request's query is too long.");
        goto out;
    }
    const char *signature = request_variable(request, "HTTP_X_TWILIO_SIGNATURE");
    bool genuine = signature_valid(service->signature, url.buf, &request->form, signature);
    /* Without one it is nobody who means us: the web is full of them. */
    if (signature != NULL) note_signature(service->config, genuine, clock_wall_s());
    rc = genuine ? ERR_OK : refuse_unsigned(response);
out:
    strbuf_free(&url);
    return rc;
}

static bool is_origin_of(const char *url, const char *origin)
{
    size_t len = strlen(origin);
    return strncmp(url, origin, len) == 0 && (url[len] == '\0' || url[len] == '/');
}

/* The page's own origin, and those that may embed it. */
static bool is_known_origin(const struct config *config, const char *origin)
{
    if (origin == NULL || *origin == '\0') return false;
    return is_origin_of(config->public_url, origin) ||
           cors_is_listed(config->embed_origins, origin);
}

/*
 * A browser sends the password to whichever page asks. That the answer is ours alone to read is
 * its own rule (no CORS); this one keeps a foreign page from having the request made at all. What
 * the browser doesn't say, as older ones don't, passes.
 */
static bool is_foreign_page(const struct config *config, const struct request *request)
{
    const char *site = request_variable(request, "HTTP_SEC_FETCH_SITE");
    if (site == NULL) return false;
    if (strcmp(site, "cross-site") == 0) return true;
    return strcmp(site, "same-site") == 0 &&
           !is_known_origin(config, request_variable(request, "HTTP_ORIGIN"));
}

/*
 * AUTH_TYPE says that the web server has asked for a password. REMOTE_USER alone proves nothing:
 * nginx fills it from any Authorization header, asked for or not.
 */
static enum err pass_web_server(const struct service *service, const struct request *request,
                                struct response *response)
{
    if (is_foreign_page(service->config, request)) {
        return response_refuse(response, ERR_FORBIDDEN, "foreign_page",
                               "The request was made by another site's page.");
    }
    const char *user = request_variable(request, "REMOTE_USER");
    const char *type = request_variable(request, "AUTH_TYPE");
    if (user != NULL && *user != '\0' && type != NULL && *type != '\0') return ERR_OK;
    return response_refuse(response, ERR_AUTH, "not_signed_in",
                           "The web server has not asked who is there.");
}

static enum err pass_flex(const struct service *service, const struct request *request,
                          struct response *response)
{
    const char *origin = request_variable(request, "HTTP_ORIGIN");
    if (cors_is_listed(service->config->flex_origins, origin)) return ERR_OK;
    return response_refuse(response, ERR_FORBIDDEN, "origin_not_allowed",
                           "The request isn't made by a page of DIALPAD_FLEX_ORIGINS.");
}

static enum err pass_credential(const struct endpoint *self, struct service *service,
                                struct request *request, struct response *response)
{
    switch (self->auth) {
    case AUTH_AGENT:
        return pass_agent(service, request, response);
    case AUTH_TWILIO:
        if (self->is_public != NULL && self->is_public(request)) return ERR_OK;
        return pass_twilio(self, service, request, response);
    case AUTH_WEB_SERVER:
        return pass_web_server(service, request, response);
    case AUTH_FLEX:
        return pass_flex(service, request, response);
    case AUTH_NONE:
        break;
    }
    return ERR_OK;
}

static enum err parse_json_body(struct request *request, struct response *response)
{
    cJSON *object = NULL;
    enum err rc = json_parse_object(request->body, request->body_len, &object);
    if (rc == ERR_INPUT) {
        return response_refuse(response, rc, "invalid_json",
                               "The request's body isn't a JSON object.");
    }
    if (rc == ERR_OK) rc = params_from_json(&request->arena, object, &request->params);
    json_delete_wiped(object);
    return rc;
}

static enum err joined(struct arena *arena, const struct params *a, const struct params *b,
                       struct params *both)
{
    struct param *list = arena_alloc(arena, (a->count + b->count + 1) * sizeof *list);
    if (list == NULL) return ERR_MEMORY;
    if (a->count > 0) memcpy(list, a->list, a->count * sizeof *list);
    if (b->count > 0) memcpy(list + a->count, b->list, b->count * sizeof *list);
    both->list = list;
    both->count = a->count + b->count;
    return ERR_OK;
}

/*
 * Before the credential, because Twilio's signature covers the form's parameters. A form that
 * can't be read can't have been signed.
 */
static enum err pass_form(const struct endpoint *self, struct request *request,
                          struct response *response)
{
    if (self->auth != AUTH_TWILIO || request->method != METHOD_POST) return ERR_OK;
    enum err rc =
        params_parse_form(&request->arena, request->body, request->body_len, &request->form);
    if (rc == ERR_INPUT) return refuse_unsigned(response);
    if (rc == ERR_TOO_LARGE)
        return response_refuse(response, rc, "too_large", "The request has too many parameters.");
    return rc;
}

static enum err parse_params(const struct endpoint *self, struct request *request,
                             struct response *response)
{
    if (auth_is_of_pages(self->auth) && request->method == METHOD_POST)
        return parse_json_body(request, response);
    struct params query = { 0 };
    enum err rc = ERR_OK;
    if (request->query != NULL) {
        enum err (*parse)(struct arena *, const char *, size_t, struct params *) =
            self->auth == AUTH_TWILIO ? params_parse_what_can_be_read : params_parse_form;
        rc = parse(&request->arena, request->query, strlen(request->query), &query);
    }
    if (rc == ERR_INPUT)
        return response_refuse(response, rc, "invalid_query", "The query is malformed.");
    if (rc != ERR_OK) return rc;
    return joined(&request->arena, &query, &request->form, &request->params);
}

static enum err pass_params(const struct endpoint *self, struct request *request,
                            struct response *response)
{
    const char *name = NULL;
    const char *why = NULL;
    enum err rc = parse_params(self, request, response);
    if (rc != ERR_OK) return rc;
    rc = params_validate(&request->params, self->params, self->param_count, request->values, &name,
                         &why);
    if (rc != ERR_INPUT) return rc;
    response_detail(response, "%s %s", name, why);
    return response_refuse(response, rc, "invalid_parameter",
                           "A parameter is missing, repeated or malformed.");
}

/*
 * A token of another account of ours signs as well, and whoever sends it means that account's
 * calls. An endpoint without a table of parameters answers whatever a genuine request says, and its
 * line in the log tells of it all the same.
 */
static enum err pass_account(const struct endpoint *self, const struct service *service,
                             const struct request *request, struct response *response)
{
    if (self->auth != AUTH_TWILIO) return ERR_OK;
    const char *account_sid = request_field(request, "AccountSid");
    if (account_sid == NULL || strcmp(account_sid, service->config->account_sid) == 0)
        return ERR_OK;
    response_detail(response, "AccountSid %.34s isn't TWILIO_ACCOUNT_SID", account_sid);
    if (self->param_count == 0) return ERR_OK;
    return response_refuse(response, ERR_FORBIDDEN, "other_account",
                           "This is another account's request.");
}

/*
 * The credential comes before the body wherever it can be judged without: a body that never ends
 * occupies a thread, and only somebody who has a session may do that. Of Twilio's signature only
 * its absence can be seen before.
 */
static enum err pass_body_and_credential(const struct endpoint *self, struct service *service,
                                         struct request *request, struct response *response)
{
    enum err rc = ERR_OK;
    bool is_signed = request_variable(request, "HTTP_X_TWILIO_SIGNATURE") != NULL;
    bool needs_body = self->auth == AUTH_TWILIO && is_signed;
    if (!needs_body) rc = pass_credential(self, service, request, response);
    if (rc == ERR_OK) rc = refuse_body(response, request_read_body(request));
    if (rc == ERR_OK) rc = pass_form(self, request, response);
    if (rc == ERR_OK && needs_body) rc = pass_credential(self, service, request, response);
    return rc;
}

enum err gates_pass(const struct endpoint *self, struct service *service, struct request *request,
                    struct response *response)
{
    enum err rc = pass_method(self, request, response);
    if (rc == ERR_OK) rc = pass_query_length(request, response);
    if (rc == ERR_OK) rc = pass_length(self, request, response);
    if (rc == ERR_OK) rc = pass_content_type(self, request, response);
    if (rc == ERR_OK) rc = pass_body_and_credential(self, service, request, response);
    if (rc == ERR_OK) rc = pass_params(self, request, response);
    if (rc == ERR_OK) rc = pass_account(self, service, request, response);
    return rc;
}
