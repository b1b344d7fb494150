#include "directory_fixture.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "directory/directory_image.h"

/* The fixtures run in tests and benchmarks alike: what fails here ends the program. */
static void must(enum err rc)
{
    if (rc == ERR_OK) return;
    fprintf(stderr, "fixture: %s\n", err_name(rc));
    abort();
}

void fixture_sid(char sid[SID_SIZE], const char *prefix, size_t number)
{
    snprintf(sid, SID_SIZE, "%.2s%032zx", prefix, number);
}

void fixture_add(struct directory_draft *draft, size_t number, const char *name, bool available)
{
    static const char *const nothing[LIST_FIELDS_MAX] = { "", "", "", "", "" };
    fixture_add_with(draft, number, name, available, nothing);
}

void fixture_add_with(struct directory_draft *draft, size_t number, const char *name,
                      bool available, const char *const *fields)
{
    char sid[SID_SIZE];
    char contact_uri[32];
    fixture_sid(sid, "WK", number);
    snprintf(contact_uri, sizeof contact_uri, "client:%zu", number);
    const struct draft_agent agent = {
        .sid = sid,
        .name = name,
        .friendly_name = contact_uri + strlen("client:"),
        .contact_uri = contact_uri,
        .activity = available ? "Available" : "Offline",
        .user = name,
        .available = available,
        .fields = fields,
    };
    must(directory_draft_add(draft, &agent));
}

void fixture_image(struct directory_draft *draft, struct strbuf *image)
{
    strbuf_init(image, DIRECTORY_IMAGE_MAX);
    must(directory_draft_write(draft, FIXTURE_WORKSPACE, "friendly_name", image));
    directory_draft_free(draft);
}

struct directory *fixture_open(struct directory_draft *draft)
{
    struct strbuf image;
    struct directory *directory = NULL;
    fixture_image(draft, &image);
    size_t size = image.len;
    must(directory_image_open(strbuf_detach(&image), size, false, &directory));
    return directory;
}

void fixture_name(char name[FIXTURE_NAME_SIZE], size_t number)
{
    static const char *const first[] = {
        "Ana",   "José",   "Łukasz", "Søren",  "Zoé",   "Marie", "Anne-Marie", "Đorđe",
        "Peter", "Nguyễn", "Oliver", "Sophie", "Emma",  "Noah",  "Mia",        "Ben",
        "Clara", "Jonas",  "Lena",   "Paul",   "Laura", "Max",   "Julia",      "Tim",
        "Sarah", "Felix",  "Lisa",   "Moritz", "Maria", "Erik",  "Ida",        "Kai",
        "Nora",  "Omar",   "Priya",  "Ravi",   "Sven",  "Tara",  "Uma",        "Viktor",
    };
    static const char *const last[] = {
        "García",  "Müller",  "Kowalski", "Jensen",   "O’Neil", "Dupont", "Novak",  "Straße",
        "Rossi",   "Silva",   "Ivanov",   "Tanaka",   "Smith",  "Brown",  "Wilson", "Taylor",
        "Schmidt", "Fischer", "Weber",    "Wagner",   "Becker", "Hansen", "Larsen", "Berg",
        "Lind",    "Holm",    "Costa",    "Ferreira", "Moreau", "Petit",  "Roux",   "Marin",
        "Popescu", "Ionescu", "Horvat",   "Babić",    "Kaya",   "Demir",  "Yılmaz", "Öztürk",
    };
    const size_t firsts = sizeof first / sizeof *first;
    const size_t lasts = sizeof last / sizeof *last;
    size_t pair = number % (firsts * lasts);
    snprintf(name, FIXTURE_NAME_SIZE, "%s %s %zu", first[pair % firsts], last[pair / firsts],
             number / (firsts * lasts));
}

struct directory *fixture_many(size_t count)
{
    struct directory_draft draft;
    directory_draft_init(&draft);
    draft.busy_known = true;
    for (size_t i = 0; i < count; i++) {
        char name[FIXTURE_NAME_SIZE];
        fixture_name(name, i);
        fixture_add(&draft, i, name, i % 10 != 9);
    }
    return fixture_open(&draft);
}
