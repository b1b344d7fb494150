/*
 * Origins as the configuration lists them: pages that may do something here. They are compared byte
 * for byte with what a browser sends, so they are kept the way browsers write them
 * (https://html.spec.whatwg.org/#ascii-serialisation-of-an-origin).
 */
#ifndef DIALPAD_ORIGIN_LIST_H
#define DIALPAD_ORIGIN_LIST_H

/*
 * Rewrites a list that passed config_check_origin_list, in place: hosts in lower case, ports
 * without leading zeros, and none where it is the scheme's own. What separates the origins stays.
 */
void origin_list_normalize(char *list);

#endif
