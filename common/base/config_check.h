/*
 * What the values of a configuration must look like. Every function is a question about one text.
 */
#ifndef DIALPAD_CONFIG_CHECK_H
#define DIALPAD_CONFIG_CHECK_H

#include <stdbool.h>

/* Printable ASCII without spaces: tokens and secrets. */
bool config_check_secret(const char *text);

/* The same, and long enough to be the source of a key. */
bool config_check_key_source(const char *text);

/* A region or an edge; it becomes part of a host name: "ie1", "dublin". */
bool config_check_place(const char *text);

/* A telephone number as E.164 writes it: "+15551234567". */
bool config_check_number(const char *text);

bool config_check_absolute_path(const char *text);

/* "friendly_name" or the name of a Worker attribute. */
bool config_check_attribute(const char *text);

/*
 * An address to which paths are added: https://, or http:// to this machine (localhost, 127.x.x.x,
 * [::1]); without user and password, query and fragment.
 */
bool config_check_base_url(const char *text);

/* The same with http:// to any host. */
bool config_check_any_http_url(const char *text);

/* http:// or https://, host and port, with user and password if the proxy asks for them. */
bool config_check_proxy(const char *text);

/* HOST or HOST:PORT, with or without a path. */
bool config_check_host(const char *text);

/* Origins (scheme, host and port, nothing else) separated by spaces or commas. */
bool config_check_origin_list(const char *text);

/* Names separated by commas, of any script: UTF-8 without control characters, 512 bytes at most. */
bool config_check_name_list(const char *text);

/* At least one name of a Worker's attribute, as list_fields_read takes them. */
bool config_check_list_fields(const char *text);

#endif
