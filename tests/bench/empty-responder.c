/*
 * What our programs are compared with: the plainest FastCGI program that libfcgi's own examples
 * lead to. It uses libfcgi as it comes, looks at nothing but how many bytes are asked for
 * ("bytes=9000" as the query), and answers them, or one word.
 */
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <fcgiapp.h>

enum { THREADS = 8, BYTES_MAX = 1024 * 1024 };

static char bytes[BYTES_MAX];

static void answer(FCGX_Request *request)
{
    const char *query = FCGX_GetParam("QUERY_STRING", request->envp);
    int count = 0;
    if (query != NULL && sscanf(query, "bytes=%d", &count) == 1 && count > 0 && count < BYTES_MAX) {
        FCGX_FPrintF(request->out, "Content-Type: text/plain\r\nContent-Length: %d\r\n\r\n", count);
        FCGX_PutStr(bytes, count, request->out);
    } else {
        FCGX_PutS("Content-Type: text/plain\r\nContent-Length: 6\r\n\r\nempty\n", request->out);
    }
}

static void *serve(void *unused)
{
    FCGX_Request request;
    if (FCGX_InitRequest(&request, 0, 0) != 0) exit(EXIT_FAILURE);
    while (FCGX_Accept_r(&request) == 0) {
        answer(&request);
        FCGX_Finish_r(&request);
    }
    return unused;
}

int main(void)
{
    pthread_t threads[THREADS];
    memset(bytes, '-', sizeof bytes);
    if (FCGX_Init() != 0) return EXIT_FAILURE;
    for (size_t i = 0; i < THREADS; i++)
        if (pthread_create(&threads[i], NULL, serve, NULL) != 0) return EXIT_FAILURE;
    pthread_join(threads[0], NULL);
    return EXIT_SUCCESS;
}
