/*
 * A scripted HTTP server in a thread of the test: it answers the requests in the order of the
 * script, whatever they ask for, remembers each of them, and can misbehave in the ways in which
 * networks do. What goes wrong in the server itself ends the test program.
 */
#ifndef DIALPAD_FAKE_SERVER_H
#define DIALPAD_FAKE_SERVER_H

#include <stddef.h>

struct fake_server;

/* What follows the text of an answer. */
enum fake_then {
    FAKE_KEEP,   /* the connection stays open for the next request */
    FAKE_CLOSE,  /* it is closed; with an empty text the request goes unanswered */
    FAKE_WAIT,   /* the text comes only after that of the next request that doesn't wait */
    FAKE_DRIP,   /* the text comes byte by byte, 20 ms apart */
    FAKE_ENDLESS /* header lines without an end */
};

struct fake_server *fake_server_start(void);
void fake_server_stop(struct fake_server *server);

/* "http://127.0.0.1:PORT" */
const char *fake_server_url(const struct fake_server *server);

/* Adds to the script: a whole JSON answer on a kept connection. `headers` are lines or "". */
void fake_server_json(struct fake_server *server, int status, const char *headers,
                      const char *body);

/* Adds to the script: exactly this text. */
void fake_server_raw(struct fake_server *server, const char *text, enum fake_then then);

/* Requests and connections so far; the text of one request: line, headers and body. */
size_t fake_server_requests(struct fake_server *server);
size_t fake_server_connections(struct fake_server *server);
const char *fake_server_request(struct fake_server *server, size_t index);

/* Fails the test if the request doesn't have this text in it. */
void fake_server_assert_sent(struct fake_server *server, size_t index, const char *text);

/* Waits until the server has read so many requests: their client may give up before it has. */
void fake_server_wait_requests(struct fake_server *server, size_t count);

/* Waits until the server has closed so many connections by itself. */
void fake_server_wait_closed(struct fake_server *server, size_t count);

#endif
