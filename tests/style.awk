# One hand in C, beside what clang-format decides:
#
# - The braces of if, for and while stand where the condition or the body takes more than one line,
#   and around both branches if around one.
# - sizeof(type), but sizeof expression.
# - A comment of several lines begins and ends with a line of its own.
#
# Reads C sources that clang-format has laid out; prints each place that differs.

function complain(number, what) {
    print name ":" number ": " what
    wrong = 1
}

# The line without what stands in quotes, and without a comment or a backslash at its end.
function bare(text) {
    gsub(/\\./, "", text)
    gsub(/"[^"]*"/, "\"\"", text)
    gsub(/'[^']*'/, "''", text)
    sub(/ *(\/\*.*\*\/|\\)$/, "", text)
    return text
}

function depth_of(text) {
    return gsub(/\(/, "", text) - gsub(/\)/, "", text)
}

# `head` is where a statement's first line begins, `i` the line that ends its condition.
function check(head, i, opened) {
    if (!opened && i > head) return complain(head, "a condition of several lines needs braces")
    if (!opened && line[i + 1] !~ /;$/) return complain(head, "a body of several lines needs braces")
    if (!opened && line[i + 2] ~ /^ *else .*\{$/) return complain(head, "the other branch has braces")
    if (!opened || i > head) return
    indent = line[head]
    sub(/[^ ].*/, "", indent)
    if (line[i + 1] ~ /;$/ && line[i + 2] == indent "}" && line[head] !~ /^ *\}/)
        complain(head, "a body of one line needs no braces")
}

function check_file(  i, head, depth) {
    for (i = 1; i <= count; i++) {
        if (line[i] ~ /^ *\} else$/) complain(i, "the other branch has braces")
        if (line[i] ~ /^ *else \{$/) complain(i, "the other branch has no braces")
        if (line[i] ~ /^ *(\} )?else( \{)?$/) {
            check(i, i, line[i] ~ /\{$/)
            continue
        }
        if (line[i] !~ /^ *((\} )?else )?(if|for|while) \(/) continue
        head = i
        depth = depth_of(line[i])
        while (depth > 0 && i < count) depth += depth_of(line[++i])
        if (line[i] ~ /\{$/) check(head, i, 1)
        else if (line[i] !~ /;$/) check(head, i, 0)
    }
}

# A macro's parameter (array) keeps its parentheses, as all of them do.
function is_type(text) {
    return text ~ /^((const |unsigned )*(struct|enum|union|char|short|int|long|float|double|void)|array\)|[a-z0-9_]+_t\))/
}

FNR == 1 {
    if (count > 0) check_file()
    count = 0
    name = FILENAME
}
{
    line[++count] = bare($0)
    if (match($0, /sizeof\(/) && !is_type(substr($0, RSTART + 7)))
        complain(FNR, "sizeof needs no parentheses around an expression")
    if ($0 ~ /\/\*/ && $0 !~ /\*\// && $0 !~ /^ *\/\*$/ && $0 !~ /"[^"]*\/\*/)
        complain(FNR, "a comment of several lines begins with a line of its own")
}
END {
    check_file()
    exit wrong
}
