#!/bin/sh
# Checks that tests/layers.sh notices what it is there for: breaks a copy of the house in each way.
set -eu
cd "$(dirname "$0")/.."
house=$(mktemp -d)
trap 'rm -rf "$house"' EXIT
failed=0

# noticed WHAT FILE LINE: with this line at the end of the file, layers.sh complains of WHAT.
noticed() {
    rm -rf "${house:?}"/*
    mkdir "$house/tests" "$house/tools"
    cp -R common cgi-bin "$house"
    cp -R tools/dialpad-admin "$house/tools"
    cp tests/layers.sh "$house/tests"
    echo "$3" >>"$house/$2"
    complaint=$("$house/tests/layers.sh" 2>&1) || true
    case $complaint in
    *"$1"*) ;;
    *)
        echo "layers.sh does not notice '$3' in $2; it says: ${complaint:-nothing}" >&2
        failed=1
        ;;
    esac
}

noticed 'not below it' common/twilio/voice.h '#include "call/call.h"'
noticed 'not below it' common/web/request.h '#include "twilio/twilio_client.h"'
noticed 'folder is missing' common/base/json.c '#include "strbuf.h"'
noticed 'a circle' common/base/sid.h '#include "base/config.h"'
noticed 'libcurl belongs' common/call/call.c '#include <curl/curl.h>'
noticed 'environment belongs' cgi-bin/health.c 'char *home(void) { return getenv("HOME"); }'
noticed 'pure module' common/base/json.c '#include "base/log.h"'
noticed 'no header of its name' common/base/new.c '#include "base/err.h"'
noticed 'called after neither' common/base/sid.c 'bool whatever(const char *sid)
{'
exit "$failed"
