/* check.h - what the tests of the core say "true" with.
 *
 * A test is one program for one unit: static functions that CHECK things,
 * called by main.  The first check that fails prints its place and ends the
 * program; a program that ends well prints how much it checked, and run.py
 * refuses one that checked nothing.
 *
 * CHECK_SURVIVES(scenario) is the proof about memory.  A scenario allocates,
 * works, frees and returns its status.  It is run once in peace, then again
 * with its first request for memory refused, its second, and so on until all
 * are granted; and all that once more with every later request refused too.
 * Each of those runs must return BCN_NOMEM, or have coped without; none may
 * leak (the leak sanitizer looks after each scenario). */
#ifndef BCN_CHECK_H
#define BCN_CHECK_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "base/status.h"

#if defined(__has_feature)
#if __has_feature(address_sanitizer)
#define CHECK_LEAKS 1
#endif
#elif defined(__SANITIZE_ADDRESS__)
#define CHECK_LEAKS 1
#endif
#if defined(CHECK_LEAKS)
#include <sanitizer/lsan_interface.h>
#endif

static atomic_long check_count;
static atomic_long check_refusals;

static inline void
check_report(void)
{
    printf("%ld checks, %ld refused allocations\n", atomic_load(&check_count),
           atomic_load(&check_refusals));
    (void)fflush(stdout);
}

/* Counted from any thread; the first one registers the closing line. */
static inline void
check_seen(void)
{
    if (atomic_fetch_add(&check_count, 1) == 0 && atexit(check_report) != 0) {
        abort();
    }
}

static inline void
check_failed(const char *file, int line, const char *words)
{
    (void)fflush(stdout);
    (void)fprintf(stderr, "%s:%d: not true: %s\n", file, line, words);
    _Exit(1); /* not exit: a leak report would bury the reason */
}

static inline void
check_integers(long long actual, long long expected, const char *words,
               const char *file, int line)
{
    check_seen();
    if (actual != expected) {
        (void)fprintf(stderr, "%s:%d: %lld, expected %lld\n", file, line,
                      actual, expected);
        check_failed(file, line, words);
    }
}

static inline void
check_texts(const char *actual, const char *expected, const char *words,
            const char *file, int line)
{
    check_seen();
    if (strcmp(actual, expected) != 0) {
        (void)fprintf(stderr, "%s:%d: \"%s\", expected \"%s\"\n", file, line,
                      actual, expected);
        check_failed(file, line, words);
    }
}

#define CHECK(CONDITION)                                                      \
    do {                                                                      \
        check_seen();                                                         \
        if (!(CONDITION)) {                                                   \
            check_failed(__FILE__, __LINE__, #CONDITION);                     \
        }                                                                     \
    } while (0)

/* Signed integers and statuses, shown when they differ. */
#define CHECK_EQUAL(ACTUAL, EXPECTED)                                         \
    check_integers((long long)(ACTUAL), (long long)(EXPECTED),                \
                   #ACTUAL " == " #EXPECTED, __FILE__, __LINE__)

/* Zero-terminated texts. */
#define CHECK_TEXT(ACTUAL, EXPECTED)                                          \
    check_texts((ACTUAL), (EXPECTED), #ACTUAL " == " #EXPECTED, __FILE__,     \
                __LINE__)

#define CHECK_OK(EXPRESSION) CHECK_EQUAL((EXPRESSION), BCN_OK)

enum { CHECK_MOST_REQUESTS = 1000000 };

static inline void
check_survives(bcn_status (*scenario)(void), const char *name,
               const char *file, int line)
{
    bcn_memory_fail(-1, false);
    check_integers(scenario(), BCN_OK, name, file, line);
    for (int onward = 0; onward < 2; onward++) {
        for (long granted = 0;; granted++) {
            bcn_memory_fail(granted, onward != 0);
            bcn_status status = scenario();
            long requests = bcn_memory_requests();
            bcn_memory_fail(-1, false);
            if (requests <= granted) { /* nothing was refused any more */
                check_integers(status, BCN_OK, name, file, line);
                break;
            }
            check_seen();
            atomic_fetch_add(&check_refusals, 1);
            if (status != BCN_NOMEM && status != BCN_OK) {
                (void)fprintf(stderr, "request %ld of %s refused: %s\n",
                              granted, name, bcn_status_text(status));
                check_failed(file, line, "status is BCN_NOMEM or BCN_OK");
            }
            if (granted == CHECK_MOST_REQUESTS) {
                check_failed(file, line, "the scenario ends");
            }
        }
    }
#if defined(CHECK_LEAKS)
    if (__lsan_do_recoverable_leak_check() != 0) {
        (void)fprintf(stderr, "%s leaks\n", name);
        check_failed(file, line, "nothing leaks");
    }
#endif
}

#define CHECK_SURVIVES(SCENARIO)                                              \
    check_survives((SCENARIO), #SCENARIO, __FILE__, __LINE__)

#endif
