/*
 * dialpad-admin doctor --experiment: what Twilio documents nowhere and we believe, looked up in the
 * call that --call makes. Each answer is a finding "experiment.…", ok whatever it is: they are to
 * be sent to us. Without --experiment none of these does anything.
 */
#ifndef DIALPAD_DOCTOR_EXPERIMENT_H
#define DIALPAD_DOCTOR_EXPERIMENT_H

#include "doctor.h"

/* T1 has just been made. */
void doctor_experiment_task(struct doctor *doctor, const char *t1_sid);

/* Twilio has just been told to ring the caller's softphone at `address`, which is not printed. */
void doctor_experiment_leg(struct doctor *doctor, const char *t1_sid, const char *address);

/* So many legs have been reported in the Conference. */
void doctor_experiment_room(struct doctor *doctor, const char *t1_sid, int legs);

#endif
