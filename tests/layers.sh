#!/bin/sh
# Checks that arrows between the modules of common/ point downwards only, and that each library
# stays behind the one module that knows it. Prints what is wrong; silence is success.
set -eu
cd "$(dirname "$0")/.."

# Top to bottom, and in a row from left to right: a module may include what comes later. A + joins
# modules that are one in several files, as does a name: directory_file is a part of directory,
# unless it is in the table itself.
LAYERS='
    page_call page_directory session_answer health_check
    endpoint+gates serve
    call agent_lookup
    directory taskrouter voice
    twilio_resource twilio_client
    response request http_client rate_limit
    internal_call task_status call_urls token config jwt signature twiml tone
    json params sid
    log fold origin encode strbuf arena clock date random utf8 err banned
'

errors=$(mktemp)
trap 'rm -f "$errors"' EXIT

wrong() {
    echo "$*" >>"$errors"
}

# only WHAT PATTERN FILE...: the pattern occurs in no source but these, except in comments.
only() {
    what=$1 pattern=$2
    shift 2
    grep -E "$pattern" common/*.[ch] cgi-bin/*.c tools/*.c /dev/null 2>/dev/null |
        grep -vE '^[^:]*: *(/\*|\*)' | cut -d: -f1 | sort -u | while read -r file; do
        case " $* " in
        *" $file "*) ;;
        *) wrong "$file: $what belongs into $*" ;;
        esac
    done
}

grep -oE '^#include "[a-z0-9_]+\.h"' common/*.[ch] |
    sed 's/^common\///; s/\.[ch]:#include "/ /; s/\.h"//' |
    awk -v layers="$LAYERS" '
        BEGIN {
            count = split(layers, names, " ")
            for (i = 1; i <= count; i++) {
                parts = split(names[i], files, "+")
                for (j = 1; j <= parts; j++)
                    rank[files[j]] = i
            }
        }
        function rank_of(module,    whole) {
            for (whole = module; !(module in rank); )
                if (!sub(/_[^_]*$/, "", module)) {
                    print "common/" whole ": not in the table of tests/layers.sh"
                    return 0
                }
            return rank[module]
        }
        { from = rank_of($1); to = rank_of($2) }
        from && to && to < from { print "common/" $1 " includes " $2 ", which stands above it" }
    ' | sort -u >>"$errors"

# Which sources may know which library.
only libfcgi 'fcgiapp\.h|FCGX_[A-Z]' common/request.c common/response.c
only libcurl 'curl/curl\.h|curl_' common/http_client.c
only 'libcrypto' 'openssl/|EVP_|HMAC\(' common/signature.c common/jwt.c
only utf8proc 'utf8proc\.h' common/fold.c
only 'the environment' 'getenv\(' common/config.c common/request.c
only fcgi_stdio 'fcgi_stdio\.h' nothing

# No program includes another, and none includes anything but the library's headers.
grep -nE '^#include "(\.\.|.*/|.*\.c")' common/*.[ch] cgi-bin/*.c tools/*.c 2>/dev/null |
    while read -r line; do wrong "$line: only headers of common/, by their bare name"; done

# What is pure opens no socket, reads no clock and makes nothing up.
for module in internal_call jwt signature twiml json params sid; do
    for file in common/$module.c common/$module.h; do
        [ -e "$file" ] || continue
        grep -nE '#include "(clock|random|log)\.h"|[^_a-z](time|clock_gettime|getrandom|open)\(' \
            "$file" | while read -r line; do wrong "$file:$line: a pure module asks nobody"; done
    done
done

if [ -s "$errors" ]; then
    cat "$errors" >&2
    exit 1
fi
