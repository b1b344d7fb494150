/*
 * The tokens of this product, and Twilio's access tokens.
 *
 * A session token says which agent a request comes from; it lives an hour at most. A statement says
 * between which two agents a call is; it travels in a Task's attributes, which an agent's browser
 * can rewrite, and lives as long as the Task. They differ in "typ", so that neither passes for
 * the other. https://www.twilio.com/docs/iam/access-tokens describes Twilio's.
 */
#ifndef DIALPAD_TOKEN_H
#define DIALPAD_TOKEN_H

#include <stddef.h>
#include <stdint.h>

#include "auth/jwt.h"
#include "base/err.h"
#include "base/sid.h"
#include "base/strbuf.h"

enum { TOKEN_TEXT_SIZE = 257 }; /* 256 bytes of a name or a contact_uri, and a NUL */

struct token_agent {
    char worker_sid[SID_SIZE];
    char contact_uri[TOKEN_TEXT_SIZE];
    char name[TOKEN_TEXT_SIZE];
    char friendly_name[TOKEN_TEXT_SIZE]; /* in a statement: where the name alone doesn't tell who */
};

enum { TOKEN_PARTIES = 2, TOKEN_KEY_SIZE = 9, TOKEN_MODE_SIZE = 16 };

struct token_statement {
    struct token_agent party[TOKEN_PARTIES]; /* the caller, then the callee */
    char t1_sid[SID_SIZE];                   /* "" in T1's own statement */
    /* Of a third party's Task, where the caller is whoever asks that party in; else "": */
    char of_sid[SID_SIZE];      /* the inviter's own Task */
    char key[TOKEN_KEY_SIZE];   /* under which that Task has the invitation: 8 hex digits */
    char mode[TOKEN_MODE_SIZE]; /* what for, in small letters */
};

/* Whose access tokens these are: parts of the configuration. */
struct token_account {
    const char *account_sid;
    const char *workspace_sid; /* for TaskRouter */
    const char *api_key;
    const char *api_secret;
    const char *region; /* NULL: us1 */
};

/*
 * The session key, which signs both of our own tokens. Each workspace has another one, because
 * several may share an API key and their agents have nothing to do with each other.
 */
enum err token_derive_key(const char *api_secret, const char *workspace_sid,
                          unsigned char key[JWT_KEY_SIZE]) MUST_CHECK;

/* Copies a name, cut where a character ends if it is too long. */
void token_set_name(char field[TOKEN_TEXT_SIZE], const char *name);

/* Copies a contact_uri; ERR_UNPROCESSABLE if it is too long, because a cut one is another's. */
enum err token_set_contact_uri(char field[TOKEN_TEXT_SIZE], const char *contact_uri) MUST_CHECK;

/*
 * The signers append one token. The verifiers fill the struct only with ERR_OK; a token that
 * doesn't hold is ERR_AUTH, whatever is wrong with it.
 */
enum err token_session_sign(struct strbuf *out, const unsigned char key[JWT_KEY_SIZE],
                            const struct token_agent *agent, int64_t now_s, int ttl_s) MUST_CHECK;
enum err token_session_verify(const char *token, const unsigned char key[JWT_KEY_SIZE],
                              int64_t now_s, struct token_agent *agent) MUST_CHECK;

enum err token_statement_sign(struct strbuf *out, const unsigned char key[JWT_KEY_SIZE],
                              const struct token_statement *statement) MUST_CHECK;
enum err token_statement_verify(const char *token, const unsigned char key[JWT_KEY_SIZE],
                                struct token_statement *statement) MUST_CHECK;

/* Lets a Voice Device register as `identity` (without "client:") and be called; not call. */
enum err token_voice(struct strbuf *out, const struct token_account *account, const char *identity,
                     int64_t now_s, int ttl_s) MUST_CHECK;

/* Lets a TaskRouter Worker connect. */
enum err token_taskrouter(struct strbuf *out, const struct token_account *account,
                          const char *worker_sid, const char *identity, int64_t now_s,
                          int ttl_s) MUST_CHECK;

#endif
