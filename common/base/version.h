/*
 * Which release this is, as the Makefile says it.
 */
#ifndef DIALPAD_VERSION_H
#define DIALPAD_VERSION_H

/* "0.1.0" */
const char *version_text(void);

#endif
