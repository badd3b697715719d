/* Stands between the runner and libc, and counts what it does to the files of its store. At the n-th call
 * of a kind it kills its process, stops it, or lets the call fail. It can set the wall clock wrong, too.
 * Loaded with LD_PRELOAD; Linux with glibc only.
 *
 *   SHIM_CALLS   which calls count: any of `write`, `sync`, `lock`, `create`, separated by commas
 *   SHIM_NUMBER  the how manieth of them it is, counted from 1
 *   SHIM_THEN    kill-before | kill-half | kill-after    dies with SIGKILL before it, when half of it is
 *                                                        written, or after it
 *                ENOSPC | EIO | EAGAIN                   it does nothing and fails
 *                EIO-after                               it is done, and reported as failed
 *                stop-after                              stops with SIGSTOP once it is done and the lock is
 *                                                        given back under which it was done
 *   SHIM_LASTING if set: so does every later one
 *   SHIM_TRIGGER if set: nothing is counted before this file exists
 *   SHIM_MARK    if set: this file is made when it strikes
 *   SHIM_CLOCK   if set: the wall clock is wrong by so many seconds
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <signal.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/time.h>
#include <sys/types.h>
#include <time.h>
#include <unistd.h>

enum call { WRITE = 1, SYNC = 2, LOCK = 4, CREATE = 8 };
enum then { NOTHING, KILL_BEFORE, KILL_HALF, KILL_AFTER, FAIL, FAIL_AFTER, STOP_AFTER };

static struct {
    int calls;
    long number;
    enum then then;
    int error;
    int lasting;
    const char *trigger, *mark;
} rule;

static atomic_long seen;
static atomic_int stops_at_unlock;
/* By how many nanoseconds the wall clock is wrong. */
static long long wrong;

/* The function that this one hides. */
#define REAL(result, name, ...)                              \
    static result (*real)(__VA_ARGS__);                      \
    if (!real)                                               \
        real = (result(*)(__VA_ARGS__))dlsym(RTLD_NEXT, #name)

__attribute__((constructor)) static void read_rule(void) {
    const char *clock = getenv("SHIM_CLOCK");
    if (clock)
        wrong = (long long)(atof(clock) * 1e9);
    const char *calls = getenv("SHIM_CALLS"), *number = getenv("SHIM_NUMBER");
    const char *then = getenv("SHIM_THEN");
    if (!calls || !number || !then)
        return;
    rule.calls = (strstr(calls, "write") ? WRITE : 0) | (strstr(calls, "sync") ? SYNC : 0) |
                 (strstr(calls, "lock") ? LOCK : 0) | (strstr(calls, "create") ? CREATE : 0);
    rule.number = atol(number);
    rule.lasting = getenv("SHIM_LASTING") != NULL;
    rule.trigger = getenv("SHIM_TRIGGER");
    rule.mark = getenv("SHIM_MARK");
    static const struct {
        const char *name;
        enum then then;
        int error;
    } known[] = {{"kill-before", KILL_BEFORE, 0}, {"kill-half", KILL_HALF, 0}, {"kill-after", KILL_AFTER, 0},
                 {"ENOSPC", FAIL, ENOSPC},        {"EIO", FAIL, EIO},          {"EAGAIN", FAIL, EAGAIN},
                 {"EIO-after", FAIL_AFTER, EIO},  {"stop-after", STOP_AFTER, 0}};
    for (size_t at = 0; at < sizeof known / sizeof *known; at++)
        if (!strcmp(then, known[at].name)) {
            rule.then = known[at].then;
            rule.error = known[at].error;
        }
    if (rule.then == NOTHING)
        abort();
}

static int is_ours(const char *path) { return strstr(path, "/moontide.db") != NULL; }

static int is_open_on_ours(int fd) {
    char link[64], path[PATH_MAX];
    snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
    ssize_t length = readlink(link, path, sizeof path - 1);
    if (length < 0)
        return 0;
    path[length] = 0;
    return is_ours(path);
}

static void mark(void) {
    if (!rule.mark)
        return;
    REAL(int, open64, const char *, int, ...);
    int file = real(rule.mark, O_WRONLY | O_CREAT | O_CLOEXEC, 0600);
    if (file >= 0)
        close(file);
}

/* What shall happen at a call that is about the store. */
static enum then next(void) {
    int saved = errno;
    if (rule.trigger && access(rule.trigger, F_OK) != 0) {
        errno = saved;
        return NOTHING;
    }
    long number = atomic_fetch_add(&seen, 1) + 1;
    if (number != rule.number && !(rule.lasting && number > rule.number)) {
        errno = saved;
        return NOTHING;
    }
    if (rule.then != STOP_AFTER)
        mark();
    errno = saved;
    return rule.then;
}

static enum then at(enum call call, int fd) {
    return (rule.calls & call) && is_open_on_ours(fd) ? next() : NOTHING;
}

static void die(void) {
    kill(getpid(), SIGKILL);
    for (;;)
        pause();
}

/* Does `what` as the rule wants it. `half` is what is done of it before a death in the middle. */
#define DO(then_, half, what)                                \
    do {                                                     \
        enum then now = (then_);                             \
        if (now == KILL_HALF)                                \
            (void)(half);                                    \
        if (now == KILL_BEFORE || now == KILL_HALF)          \
            die();                                           \
        if (now == FAIL) {                                   \
            errno = rule.error;                              \
            return -1;                                       \
        }                                                    \
        __typeof__(what) result = (what);                    \
        if (now == KILL_AFTER)                               \
            die();                                           \
        if (now == STOP_AFTER)                               \
            atomic_store(&stops_at_unlock, 1);               \
        if (now == FAIL_AFTER) {                             \
            errno = rule.error;                              \
            return -1;                                       \
        }                                                    \
        return result;                                       \
    } while (0)

ssize_t pwrite64(int fd, const void *bytes, size_t count, off64_t offset) {
    REAL(ssize_t, pwrite64, int, const void *, size_t, off64_t);
    DO(at(WRITE, fd), real(fd, bytes, count / 2, offset), real(fd, bytes, count, offset));
}

ssize_t pwrite(int fd, const void *bytes, size_t count, off_t offset) {
    return pwrite64(fd, bytes, count, offset);
}

ssize_t write(int fd, const void *bytes, size_t count) {
    REAL(ssize_t, write, int, const void *, size_t);
    DO(at(WRITE, fd), real(fd, bytes, count / 2), real(fd, bytes, count));
}

int ftruncate64(int fd, off64_t length) {
    REAL(int, ftruncate64, int, off64_t);
    DO(at(WRITE, fd), 0, real(fd, length));
}

int ftruncate(int fd, off_t length) { return ftruncate64(fd, length); }

int fsync(int fd) {
    REAL(int, fsync, int);
    DO(at(SYNC, fd), 0, real(fd));
}

int fdatasync(int fd) {
    REAL(int, fdatasync, int);
    DO(at(SYNC, fd), 0, real(fd));
}

int fcntl64(int fd, int command, ...) {
    REAL(int, fcntl64, int, int, ...);
    va_list list;
    va_start(list, command);
    void *argument = va_arg(list, void *);
    va_end(list);
    int locks = command == F_SETLK && ((struct flock *)argument)->l_type != F_UNLCK;
    if (command == F_SETLK && !locks && atomic_load(&stops_at_unlock) && is_open_on_ours(fd)) {
        int result = real(fd, command, argument);
        if (atomic_exchange(&stops_at_unlock, 0)) {
            mark();
            raise(SIGSTOP);
        }
        return result;
    }
    DO(locks ? at(LOCK, fd) : NOTHING, 0, real(fd, command, argument));
}

int fcntl(int fd, int command, ...) {
    va_list list;
    va_start(list, command);
    void *argument = va_arg(list, void *);
    va_end(list);
    return fcntl64(fd, command, argument);
}

int open64(const char *path, int flags, ...) {
    REAL(int, open64, const char *, int, ...);
    va_list list;
    va_start(list, flags);
    mode_t mode = flags & O_CREAT ? va_arg(list, mode_t) : 0;
    va_end(list);
    int counts = (rule.calls & CREATE) && (flags & O_CREAT) && is_ours(path);
    DO(counts ? next() : NOTHING, 0, real(path, flags, mode));
}

int open(const char *path, int flags, ...) {
    va_list list;
    va_start(list, flags);
    mode_t mode = flags & O_CREAT ? va_arg(list, mode_t) : 0;
    va_end(list);
    return open64(path, flags, mode);
}

/* SQLite waits for a lock by sleeping, five seconds in all. No other process is there to be waited for. */
int usleep(useconds_t time) {
    REAL(int, usleep, useconds_t);
    return (rule.calls & LOCK) && rule.then == FAIL ? 0 : real(time);
}

static void set_wrong(long long *seconds, long *rest, long parts) {
    long long all = *seconds * 1000000000LL + *rest * (1000000000LL / parts) + wrong;
    *seconds = all / 1000000000LL;
    *rest = all % 1000000000LL / (1000000000LL / parts);
}

int clock_gettime(clockid_t clock, struct timespec *now) {
    REAL(int, clock_gettime, clockid_t, struct timespec *);
    int result = real(clock, now);
    if (result == 0 && wrong && (clock == CLOCK_REALTIME || clock == CLOCK_REALTIME_COARSE)) {
        long long seconds = now->tv_sec;
        set_wrong(&seconds, &now->tv_nsec, 1000000000L);
        now->tv_sec = seconds;
    }
    return result;
}

int gettimeofday(struct timeval *now, void *zone) {
    REAL(int, gettimeofday, struct timeval *, void *);
    int result = real(now, zone);
    if (result == 0 && wrong) {
        long long seconds = now->tv_sec;
        long rest = now->tv_usec;
        set_wrong(&seconds, &rest, 1000000L);
        now->tv_sec = seconds;
        now->tv_usec = rest;
    }
    return result;
}

time_t time(time_t *out) {
    struct timespec now;
    clock_gettime(CLOCK_REALTIME, &now);
    if (out)
        *out = now.tv_sec;
    return now.tv_sec;
}
