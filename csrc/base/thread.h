/* thread.h - work shared by threads that live for one call.
 *
 * There is no pool that outlives a call: a process may fork between any two
 * calls.  Starting a thread costs some 50 microseconds, so callers ask for
 * one worker below about half a million rows. */
#ifndef BCN_THREAD_H
#define BCN_THREAD_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>

#include "base/status.h"

/* Asked between pieces of work (each at most some milliseconds): shall we
 * stop?  `poll` runs only on the thread that made the call, at most every 20
 * ms, and may take the interpreter; the others see its answer in `stop`. */
typedef struct bcn_watch {
    bool (*poll)(void *context); /* true: stop; NULL: never asked */
    void *context;
    atomic_bool stop;
    long long last; /* nanoseconds, of the caller's last poll */
} bcn_watch;

/* True when the work shall stop.  `caller` says that this is the thread which
 * made the call (worker 0).  `watch` may be NULL: never stop. */
bool bcn_watch_check(bcn_watch *watch, bool caller);

/* Processors this process may use, at least 1. */
size_t bcn_processors(void);

/* Run task(context, 0 .. workers - 1), worker 0 on this thread, and return
 * when all have ended.  The share of a thread that cannot be started, and
 * those beyond the 64 threads of one call, run here afterwards, so tasks must not wait for each other's start: take work
 * from a shared counter, or own a fixed share. */
typedef void (*bcn_task)(void *context, size_t worker);
void bcn_run(size_t workers, bcn_task task, void *context);

/* A lock with a condition, for ordered hand-over. */
typedef struct bcn_lock bcn_lock;
BCN_MUST_USE bcn_lock *bcn_lock_new(void);
void bcn_lock_free(bcn_lock *lock);
void bcn_lock_take(bcn_lock *lock);
void bcn_lock_give(bcn_lock *lock);
void bcn_lock_wait(bcn_lock *lock);   /* held; gives, sleeps, takes again */
void bcn_lock_notify(bcn_lock *lock); /* wakes all that wait */
/* As bcn_lock_wait but wakes after some 10 ms at the latest, so that the
 * calling thread can look at its watch. */
void bcn_lock_wait_briefly(bcn_lock *lock);

#endif
