/*
 * A SOAP server as one is built on gSOAP: a fixed number of threads, each of which
 * accepts a connection and serves it until its end. It asks nobody who calls and has no
 * limits, which is in its favour. bench builds and runs it.
 */

#include <arpa/inet.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "examples.nsmap"
#include "soapH.h"

#define WORKERS 32 /* more than there are connections at a time */

int literal__examples_USCOREaddtwo(struct soap *soap, int a, int b, int *sum) {
    (void)soap;
    *sum = a + b;
    return SOAP_OK;
}

int literal__bench_USCOREsize(struct soap *soap, struct xsd__base64Binary data, int *size) {
    (void)soap;
    *size = data.__size;
    return SOAP_OK;
}

int encoded__examples_USCOREaddtwo(struct soap *soap, int a, int b, int *sum) {
    return literal__examples_USCOREaddtwo(soap, a, b, sum);
}

int encoded__bench_USCOREsize(struct soap *soap, struct xsd__base64Binary data, int *size) {
    return literal__bench_USCOREsize(soap, data, size);
}

static void die(const char *what) {
    perror(what);
    exit(1);
}

/* forget frees what a request allocated. */
static int forget(struct soap *soap) {
    soap_destroy(soap);
    soap_end(soap);
    return SOAP_OK;
}

static void *work(void *arg) {
    struct soap *soap = arg;

    for (;;) {
        if (!soap_valid_socket(soap_accept(soap))) {
            soap_print_fault(soap, stderr);
            exit(1);
        }
        (void)soap_serve(soap); /* an error is the end of the connection */
        forget(soap);
    }
}

int main(void) {
    struct soap *soap = soap_new1(SOAP_IO_KEEPALIVE);
    struct sockaddr_in address;
    socklen_t size = sizeof address;

    if (!soap) die("soap_new1");
    soap->max_keep_alive = 0; /* no limit */
    soap->fserveloop = forget;
    if (!soap_valid_socket(soap_bind(soap, "127.0.0.1", 0, 128))) {
        soap_print_fault(soap, stderr);
        return 1;
    }
    if (getsockname(soap->master, (struct sockaddr *)&address, &size)) die("getsockname");
    for (int i = 0; i < WORKERS; i++) {
        struct soap *copy = soap_copy(soap);
        pthread_t thread;

        if (!copy) die("soap_copy");
        if (pthread_create(&thread, NULL, work, copy)) die("pthread_create");
    }
    fprintf(stderr, "{\"msg\":\"serving\",\"address\":\"127.0.0.1:%d\"}\n", ntohs(address.sin_port));
    for (;;) pause();
}
