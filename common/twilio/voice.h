/*
 * Programmable Voice's resources as C calls (https://www.twilio.com/docs/voice/api): Calls,
 * Conferences, Participants. Errors are those of twilio_client.h.
 */
#ifndef DIALPAD_VOICE_H
#define DIALPAD_VOICE_H

#include <stdbool.h>
#include <stddef.h>

#include "base/err.h"
#include "base/sid.h"
#include "twilio/twilio_client.h"

enum { VOICE_ADDRESS_SIZE = 257, VOICE_PARTICIPANTS_MAX = 32, VOICE_LABEL_SIZE = 129 };

struct voice_call {
    char sid[SID_SIZE];
    char to[VOICE_ADDRESS_SIZE];
    char from[VOICE_ADDRESS_SIZE];
    bool live;    /* queued, ringing or in-progress */
    bool waiting; /* live, and not answered yet */
};

enum err voice_call_fetch(struct twilio_client *client, const char *call_sid,
                          struct voice_call *call) MUST_CHECK;

/* Hangs up. A Call that is over already (21220, 404) is ERR_OK. */
enum err voice_call_complete(struct twilio_client *client, const char *call_sid) MUST_CHECK;

enum conference_status { CONFERENCE_INIT, CONFERENCE_IN_PROGRESS, CONFERENCE_COMPLETED };

struct conference {
    char sid[SID_SIZE];
    char friendly_name[VOICE_ADDRESS_SIZE];
    enum conference_status status;
};

/*
 * The newest Conference of this name that isn't completed; ERR_NOT_FOUND when there is none. A
 * Conference with a lone participant may say "init" or "in-progress", so no status is asked for.
 */
enum err voice_conference_find(struct twilio_client *client, const char *friendly_name,
                               struct conference *conference) MUST_CHECK;

/* ERR_OK when it is completed afterwards, or was before; ERR_REFUSED when Twilio won't. */
enum err voice_conference_complete(struct twilio_client *client,
                                   const char *conference_sid) MUST_CHECK;

struct participant {
    char call_sid[SID_SIZE];
    bool hold;
    bool muted;
    bool connected; /* status "connected" or none given: the leg is in the Conference */
    char label[VOICE_LABEL_SIZE]; /* "" without one */
};

struct participants {
    struct participant list[VOICE_PARTICIPANTS_MAX];
    size_t count;
};

/* Who is in it now; an ended or unknown Conference is empty. */
enum err voice_participants_list(struct twilio_client *client, const char *conference_sid,
                                 struct participants *participants) MUST_CHECK;

/* Is this Call in this Conference now? ERR_NOT_FOUND when it isn't. */
enum err voice_participant_fetch(struct twilio_client *client, const char *conference_sid,
                                 const char *call_sid, struct participant *participant) MUST_CHECK;

/* `hold_url` NULL: Twilio's own music. ERR_NOT_FOUND when that leg has left. */
enum err voice_participant_hold(struct twilio_client *client, const char *conference_sid,
                                const char *call_sid, bool hold, const char *hold_url) MUST_CHECK;

/*
 * Dials one more leg into a Conference that is alive; it neither starts nor ends it. ERR_NOT_FOUND
 * when the Conference is over. Not repeated on failure: then it isn't known whether it rings.
 */
enum err voice_participant_dial(struct twilio_client *client, const char *conference_sid,
                                const char *to, const char *from, int timeout_s,
                                char call_sid[SID_SIZE]) MUST_CHECK;

/*
 * As voice_participant_kick, for a leg that isn't ours to trust: first it is made one whose leaving
 * doesn't end the Conference, and that no longer waits on hold.
 */
enum err voice_participant_put_out(struct twilio_client *client, const char *conference_sid,
                                   const char *call_sid) MUST_CHECK;

/* Takes a leg out of the Conference; gone already is ERR_OK. */
enum err voice_participant_kick(struct twilio_client *client, const char *conference_sid,
                                const char *call_sid) MUST_CHECK;

#endif
