#if !defined(_GNU_SOURCE)
#define _GNU_SOURCE 1 /* sched_getaffinity */
#endif
#include "base/thread.h"

#include <pthread.h>
#include <sched.h>
#include <stdint.h>
#include <time.h>
#include <unistd.h>

#include "base/memory.h"

enum { POLL_NANOSECONDS = 20000000, BRIEF_NANOSECONDS = 10000000 };

static long long
now(void)
{
    struct timespec time;
    (void)clock_gettime(CLOCK_MONOTONIC, &time);
    return (long long)time.tv_sec * 1000000000 + time.tv_nsec;
}

bool
bcn_watch_check(bcn_watch *watch, bool caller)
{
    if (watch == NULL) {
        return false;
    }
    if (atomic_load_explicit(&watch->stop, memory_order_relaxed)) {
        return true;
    }
    if (caller && watch->poll != NULL) {
        long long time = now();
        if (time - watch->last >= POLL_NANOSECONDS) {
            watch->last = time;
            if (watch->poll(watch->context)) {
                atomic_store(&watch->stop, true);
                return true;
            }
        }
    }
    return false;
}

size_t
bcn_processors(void)
{
#if defined(__linux__)
    cpu_set_t set;
    if (sched_getaffinity(0, sizeof set, &set) == 0) {
        int count = CPU_COUNT(&set);
        return count > 0 ? (size_t)count : 1;
    }
#endif
    long count = sysconf(_SC_NPROCESSORS_ONLN);
    return count > 0 ? (size_t)count : 1;
}

typedef struct errand {
    pthread_t thread;
    bcn_task task;
    void *context;
    size_t worker;
    bool started;
#if defined(__linux__)
    cpu_set_t allowed; /* to its maker */
#endif
} errand;

static void *
errand_run(void *memory)
{
    errand *mine = memory;
#if defined(__linux__)
    (void)pthread_setaffinity_np(pthread_self(), sizeof mine->allowed,
                                 &mine->allowed);
#endif
    mine->task(mine->context, mine->worker);
    return NULL;
}

/* On Linux a new thread often starts on its maker's processor and waits there
 * for as long as a short call takes.  So it is born on one of the others, and
 * free to go wherever its maker may as soon as it runs. */
static bool
errand_start(errand *mine)
{
    pthread_attr_t attributes;
    if (pthread_attr_init(&attributes) != 0) {
        return false;
    }
#if defined(__linux__)
    CPU_ZERO(&mine->allowed);
    (void)pthread_getaffinity_np(pthread_self(), sizeof mine->allowed,
                                 &mine->allowed);
    cpu_set_t others = mine->allowed;
    int here = sched_getcpu();
    if (here >= 0 && CPU_COUNT(&others) > 1) {
        CPU_CLR((unsigned)here, &others);
        (void)pthread_attr_setaffinity_np(&attributes, sizeof others, &others);
    }
#endif
    bool started =
        pthread_create(&mine->thread, &attributes, errand_run, mine) == 0;
    (void)pthread_attr_destroy(&attributes);
    return started;
}

enum { MAX_THREADS = 64 };

void
bcn_run(size_t workers, bcn_task task, void *context)
{
    errand errands[MAX_THREADS];
    size_t threads = workers < MAX_THREADS ? workers : MAX_THREADS;
    for (size_t i = 1; i < threads; i++) {
        errands[i] = (errand){.task = task, .context = context, .worker = i};
        errands[i].started = errand_start(&errands[i]);
    }
    task(context, 0);
    for (size_t i = 1; i < threads; i++) {
        if (errands[i].started) {
            (void)pthread_join(errands[i].thread, NULL);
        } else {
            task(context, i);
        }
    }
    for (size_t i = threads; i < workers; i++) {
        task(context, i); /* more shares than threads: none is left out */
    }
}

struct bcn_lock {
    pthread_mutex_t mutex;
    pthread_cond_t condition;
};

bcn_lock *
bcn_lock_new(void)
{
    bcn_lock *lock = bcn_calloc(1, sizeof *lock);
    if (lock == NULL) {
        return NULL;
    }
    if (pthread_mutex_init(&lock->mutex, NULL) != 0) {
        bcn_free(lock);
        return NULL;
    }
    if (pthread_cond_init(&lock->condition, NULL) != 0) {
        (void)pthread_mutex_destroy(&lock->mutex);
        bcn_free(lock);
        return NULL;
    }
    return lock;
}

void
bcn_lock_free(bcn_lock *lock)
{
    if (lock != NULL) {
        (void)pthread_cond_destroy(&lock->condition);
        (void)pthread_mutex_destroy(&lock->mutex);
        bcn_free(lock);
    }
}

void
bcn_lock_take(bcn_lock *lock)
{
    (void)pthread_mutex_lock(&lock->mutex);
}

void
bcn_lock_give(bcn_lock *lock)
{
    (void)pthread_mutex_unlock(&lock->mutex);
}

void
bcn_lock_wait(bcn_lock *lock)
{
    (void)pthread_cond_wait(&lock->condition, &lock->mutex);
}

void
bcn_lock_wait_briefly(bcn_lock *lock)
{
    struct timespec until;
    (void)clock_gettime(CLOCK_REALTIME, &until);
    until.tv_nsec += BRIEF_NANOSECONDS;
    if (until.tv_nsec >= 1000000000) {
        until.tv_nsec -= 1000000000;
        until.tv_sec += 1;
    }
    (void)pthread_cond_timedwait(&lock->condition, &lock->mutex, &until);
}

void
bcn_lock_notify(bcn_lock *lock)
{
    (void)pthread_cond_broadcast(&lock->condition);
}
