#!/bin/sh
# Checks that the house stands: the arrows between the folders of common/ point downwards only, no
# folder has a circle inside, and each library stays behind the modules that know it. Prints what
# is wrong; silence is success.
set -eu
cd "$(dirname "$0")/.."

# A file includes from its own folder and from those named behind it.
FLOORS='
cgi-bin    page call directory twilio web auth base
tools      page call directory twilio web auth base
page       call directory twilio web auth base
call       directory twilio auth base
directory  twilio base
twilio     auth base
web        auth base
auth       base
base
'
# These ask no clock, make nothing up, log nothing and open nothing.
PURE='call/call_rules call/call_rules_away call/call_judge call/call_seats auth/jwt auth/signature twilio/twiml base/json base/params
      base/sid base/fold base/names base/name_query base/json_lenient
      base/json_lenient_text'

SOURCES=$(find common cgi-bin tools -name node_modules -prune -o -name '*.[ch]' -print)
errors=$(mktemp)
trap 'rm -f "$errors"' EXIT

wrong() {
    echo "$*" >>"$errors"
}

# The includes of our own headers as "FILE FOLDER MODULE"; a system header has no quotes.
includes() {
    # shellcheck disable=SC2086  # one word a source
    grep -HoE '^#include "[^"]*"' $SOURCES | sed 's/:#include "/ /; s/"$//'
}

# Arrows that go up, or name no folder.
includes | awk -v floors="$FLOORS" '
    BEGIN {
        rows = split(floors, row, "\n")
        for (i = 1; i <= rows; i++) {
            count = split(row[i], name, " ")
            for (j = 1; j <= count; j++) may[name[1], name[j]] = 1
        }
    }
    {
        folder = $1; sub("^common/", "", folder); sub("/.*", "", folder)
        floor = $2; inside = sub("/.*", "", floor)
        own = folder ~ "^tools" && $2 !~ "/"
        if (!inside && !own) print $1 " includes " $2 ": the folder is missing"
        else if (inside && !((folder, floor) in may))
            print $1 " includes " $2 ", which is not below it"
    }' >>"$errors"

# A circle between modules: tsort names those that stand in one.
includes | sed -n 's,^common/\([^ ]*\)\.[ch] \(.*\)\.h$,\1 \2,p' | awk '$1 != $2' |
    tsort 2>&1 >/dev/null | sed 's/^tsort: -: /a circle of includes: /; s/^tsort: /  /' >>"$errors"

# only WHAT PATTERN FILE...: the pattern occurs in no source but these, except in comments.
only() {
    what=$1 pattern=$2
    shift 2
    # shellcheck disable=SC2086
    grep -HE "$pattern" $SOURCES | grep -vE '^[^:]*: *(/\*|\*)' | cut -d: -f1 | sort -u |
        while read -r file; do
            case " $* " in
            *" $file "*) ;;
            *) wrong "$file: $what belongs into $*" ;;
            esac
        done
}

only libfcgi 'fcgiapp\.h|FCGX_[A-Z]' common/web/request.c common/web/response.c
only libcurl 'curl/curl\.h|curl_|libcurl\.' common/twilio/http_*.[ch]
only libcrypto 'openssl/|EVP_|HMAC\(' common/auth/*.c
only utf8proc 'utf8proc\.h' common/base/fold.c
only 'the environment' 'getenv\(' common/base/config_load.c common/web/request.c
only fcgi_stdio 'fcgi_stdio\.h' nothing

for module in $PURE; do
    for file in "common/$module.c" "common/$module.h"; do
        grep -HnE '#include "base/(clock|random|log)\.h"|[^_a-z](time|clock_gettime|getrandom|open)\(' \
            "$file" | while read -r line; do wrong "$line: a pure module asks nobody"; done
    done
done

# Every .c of the library has a header of its name, and what it exports is called after the file, or
# after a type that the header defines.
for source in common/*/*.c; do
    header=${source%.c}.h
    if [ ! -e "$header" ]; then
        wrong "$source: has no header of its name"
        continue
    fi
    own=$(basename "$source" .c)$(sed -nE 's/^(struct|enum) ([a-z_0-9]+) \{.*/|\2/p' "$header" |
        tr -d '\n')
    sed -nE '/^(static|typedef|extern)/d; s/^[a-z][^(]*[ *]([a-z_0-9]+)\(.*[^;]$/\1/p' "$source" |
        grep -vE "^($own)" | while read -r name; do
        wrong "$source: $name() is called after neither the file nor a type of its header"
    done
done

if [ -s "$errors" ]; then
    cat "$errors" >&2
    exit 1
fi
