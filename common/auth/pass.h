/*
 * Passes, room names and leg labels: what proves that a leg belongs into a call.
 *
 * A statement (token.h) says between whom a call is, but a Task that holds it can be read and
 * copied. A pass is in no Task: it is handed to one agent's page and admits one address into one
 * call. The Conference's name and the label of each leg can be computed by us alone, too.
 *
 *     pass   EXP.MAC    EXP: seconds since 1970 in base 36; MAC of  pass|ROLE|T1|ADDRESS|EXP
 *     room   T1-MAC     MAC of  room|T1
 *     label  T1.MAC     MAC of  leg|T1|ROLE|ADDRESS|CallSid
 *
 * Of a guest, whom somebody in the call has asked in, both hold the guest's own Task:
 *
 *     pass   EXP.MAC    MAC of  pass|guest|T1|TASK|ADDRESS|EXP
 *     label  TASK.MAC   MAC of  leg|T1|guest|TASK|CallSid
 *
 * A label begins with T1's SID at both ends of a call: callee-twiml asks nothing of Twilio and so
 * doesn't know the callee's own Task. Whose leg it is, ROLE says in the MAC, and CallSid makes each
 * label one of its kind in the Conference, as Twilio wants it. A guest's label leads to the guest's
 * seat without T1, which may be gone by then.
 *
 * T1 is the SID of the caller's Task, ROLE "caller" or "callee", ADDRESS a contact_uri, and a MAC
 * the first 16 bytes of HMAC-SHA256 as 22 digits of base64url. MACs are compared in constant time.
 *
 * A struct pass_keys belongs to one thread, because it keeps one keyed MAC context per key. Where a
 * function gives or takes `key`, that is the number of a key in the struct keys that it was made
 * from: a call belongs to the key that verifies T1's statement.
 */
#ifndef DIALPAD_PASS_H
#define DIALPAD_PASS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "auth/keys.h"
#include "base/err.h"
#include "base/sid.h"

enum {
    PASS_LIFETIME_S = 300,
    PASS_CLOCKS_S = 30,  /* by how much the clocks of two hosts may differ */
    PASS_EXP_DIGITS = 8, /* enough until the year 91,000 */
    PASS_MAC_SIZE = 23,
    PASS_SIZE = PASS_EXP_DIGITS + 1 + PASS_MAC_SIZE,
    PASS_NAME_SIZE = SID_LEN + 1 + PASS_MAC_SIZE
};

enum pass_role { PASS_CALLER, PASS_CALLEE, PASS_GUEST };

/* Whom a pass admits, and where. */
struct pass_seat {
    enum pass_role role;
    const char *t1_sid;
    const char *address;  /* "client:…" */
    const char *task_sid; /* a guest's own Task; NULL for the others */
};

enum pass_verdict {
    PASS_WRONG,   /* not one of ours, or another's */
    PASS_EXPIRED, /* right, and too old to begin anything with */
    PASS_FITS
};

struct pass_keys;

enum err pass_keys_new(const struct keys *keys, struct pass_keys **made) MUST_CHECK;
void pass_keys_free(struct pass_keys *keys);

enum err pass_make(struct pass_keys *keys, size_t key, const struct pass_seat *seat, int64_t now_s,
                   char text[PASS_SIZE]) MUST_CHECK;

/* Could this text be a pass? Then it can stand in an address without an escape. NULL can't. */
bool pass_is_text(const char *text);

/* NULL `text` is wrong. *key is set unless the verdict is PASS_WRONG. */
enum pass_verdict pass_check(struct pass_keys *keys, const struct pass_seat *seat, const char *text,
                             int64_t now_s, size_t *key);

/* The name of this call's Conference. */
enum err pass_room(struct pass_keys *keys, size_t key, const char *t1_sid,
                   char name[PASS_NAME_SIZE]) MUST_CHECK;

/* True if `name` is a Conference's of ours: then `t1_sid` says whose, and *key under which key. */
bool pass_room_read(struct pass_keys *keys, const char *name, char t1_sid[SID_SIZE], size_t *key);

/* The label under which this Call, a leg of this seat's, joins. */
enum err pass_label(struct pass_keys *keys, size_t key, const struct pass_seat *seat,
                    const char *call_sid, char label[PASS_NAME_SIZE]) MUST_CHECK;

/* Does the label, which may be NULL or anything, say so of a caller's or a callee's Call? */
bool pass_label_fits(struct pass_keys *keys, size_t key, const struct pass_seat *seat,
                     const char *call_sid, const char *label);

/* True if it is a guest's; then `task_sid` says whose. */
bool pass_label_read_guest(struct pass_keys *keys, size_t key, const char *t1_sid,
                           const char *call_sid, const char *label, char task_sid[SID_SIZE]);

#endif
