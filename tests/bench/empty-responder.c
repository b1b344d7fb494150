/*
 * What our programs are compared with: the plainest FastCGI program that libfcgi's own examples
 * lead to. It looks at nothing, answers one word and uses libfcgi as it comes.
 */
#include <pthread.h>
#include <stdlib.h>

#include <fcgiapp.h>

enum { THREADS = 8 };

static void *serve(void *unused)
{
    FCGX_Request request;
    if (FCGX_InitRequest(&request, 0, 0) != 0) exit(EXIT_FAILURE);
    while (FCGX_Accept_r(&request) == 0) {
        FCGX_PutS("Content-Type: text/plain\r\nContent-Length: 6\r\n\r\nempty\n", request.out);
        FCGX_Finish_r(&request);
    }
    return unused;
}

int main(void)
{
    pthread_t threads[THREADS];
    if (FCGX_Init() != 0) return EXIT_FAILURE;
    for (size_t i = 0; i < THREADS; i++)
        if (pthread_create(&threads[i], NULL, serve, NULL) != 0) return EXIT_FAILURE;
    pthread_join(threads[0], NULL);
    return EXIT_SUCCESS;
}
