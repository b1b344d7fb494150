/*
 * Says in the log which Worker's record is odd, and how: nothing else would tell an administrator
 * why an agent has the wrong name. Each Worker once in the life of the process.
 */
#ifndef DIALPAD_WORKER_FAULTS_H
#define DIALPAD_WORKER_FAULTS_H

#include <cjson/cJSON.h>

/* `attributes` is what could be read of them. Does nothing for a record without fault. */
void worker_faults_log(const char *sid, const cJSON *json, const cJSON *attributes);

/* A record without a SID can't be named; the first one is mentioned. */
void worker_faults_log_nameless(void);

#endif
