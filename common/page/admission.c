#include "page/admission.h"

#include <string.h>

#include "base/clock.h"
#include "base/log.h"
#include "call/call_twiml.h"

/* What Twilio says of the leg that asks. */
struct asking {
    const char *call_sid;
    const char *to;
    const char *from;
};

static bool read_asking(const struct request *request, struct asking *asking)
{
    asking->call_sid = request_field_once(request, "CallSid");
    asking->to = request_field_once(request, "To");
    asking->from = request_field_once(request, "From");
    return sid_is_call(asking->call_sid) && asking->to != NULL && asking->from != NULL;
}

/* What follows a '?' is for the softphone and not a part of its address. */
static const char *address_of(struct request *request, const char *to)
{
    size_t len = strcspn(to, "?");
    return to[len] == '\0' ? to : arena_strndup(&request->arena, to, len);
}

/*
 * Only the MAC knows the address that a pass is for. A caller's leg is dialled in the caller's own
 * name, so that there the other one can be guessed.
 */
static void note_refusal(struct service *service, struct response *response,
                         const struct pass_seat *seat, const char *pass,
                         const struct asking *asking)
{
    size_t key;
    struct pass_seat guess = *seat;
    guess.address = asking->from;
    bool known = seat->role == PASS_CALLER &&
                 pass_check(service->passes, &guess, pass, clock_wall_s(), &key) != PASS_WRONG;
    response_detail(response, "expected %s, Twilio says %s",
                    known ? asking->from : "the address of the pass", asking->to);
}

static enum err refuse(struct response *response)
{
    return response_refuse(response, ERR_FORBIDDEN, "no_admission",
                           "This leg has no pass for this call.");
}

/* Has the leg shown that it may come in, and under which key? */
static bool is_admitted(struct service *service, struct response *response,
                        const struct pass_seat *seat, const char *pass, const struct asking *asking,
                        size_t *key)
{
    enum pass_verdict verdict = pass_check(service->passes, seat, pass, clock_wall_s(), key);
    if (verdict == PASS_WRONG) note_refusal(service, response, seat, pass, asking);
    if (verdict == PASS_EXPIRED) response_detail(response, "the pass has expired");
    return verdict == PASS_FITS;
}

/* DIALPAD_PASS=log: what would have been said of the refusal is a warning now. */
static void let_in(struct response *response)
{
    log_warn("let in without a pass that fits: %s", response->detail);
    response->detail[0] = '\0';
}

/* A guest's pass holds the guest's Task; whose it isn't is the one who was called first. */
static struct pass_seat seat_of(struct service *service, const struct admission *wanted,
                                const char *address)
{
    size_t key;
    struct pass_seat seat = { PASS_GUEST, wanted->t1_sid, address, wanted->task_sid };
    bool guest =
        wanted->task_sid != NULL && address != NULL &&
        pass_check(service->passes, &seat, wanted->pass, clock_wall_s(), &key) != PASS_WRONG;
    if (!guest) seat = (struct pass_seat){ wanted->role, wanted->t1_sid, address, NULL };
    return seat;
}

enum err admission_reply(struct service *service, struct request *request,
                         struct response *response, const struct admission *wanted)
{
    const struct config *config = service->config;
    struct asking asking;
    char room[PASS_NAME_SIZE];
    char label[PASS_NAME_SIZE];
    size_t key = 0;

    log_note(LOG_TASK, wanted->t1_sid);
    if (!read_asking(request, &asking)) {
        response_detail(response, "Twilio's fields are missing or repeated");
        return refuse(response);
    }
    log_note(LOG_CALL, asking.call_sid);
    const struct pass_seat seat = seat_of(service, wanted, address_of(request, asking.to));
    if (seat.address == NULL) return ERR_MEMORY;
    bool admitted = is_admitted(service, response, &seat, wanted->pass, &asking, &key);
    if (!admitted && config->pass == CONFIG_PASS_ENFORCE) return refuse(response);
    if (!admitted) let_in(response);

    enum err rc = pass_room(service->passes, key, wanted->t1_sid, room);
    if (rc == ERR_OK) rc = pass_label(service->passes, key, &seat, asking.call_sid, label);
    if (rc != ERR_OK) return rc;
    const struct call_join join = {
        .t1_sid = wanted->t1_sid,
        .room = room,
        .label = admitted ? label : NULL,
        .pass = seat.role == PASS_CALLER && pass_is_text(wanted->pass) ? wanted->pass : NULL,
        /* A late answer must not bring a dead Conference back to life, unless it takes two. */
        .start_on_enter = seat.role == PASS_CALLER || config->callee_starts != 0,
        /* Where an agent who drops out may come back, leaving must not end the Conference. */
        .end_on_exit = config->grace_seconds == 0,
    };
    rc = call_twiml_join(&response->body, config->public_url, &join);
    return rc == ERR_OK ? response_twiml(response) : rc;
}
