/* reason.h - why a row was refused.  One list; the order is the order in
 * which reasons are shown. */
#ifndef BCN_REASON_H
#define BCN_REASON_H

#define BCN_REASON_MAP(X)                                                     \
    X(NONE, "")                                                               \
    X(FIELDS, "wrong number of fields")                                       \
    X(QUOTE, "quote out of place")                                            \
    X(ENCODING, "not valid UTF-8")                                            \
    X(MISSING, "missing")                                                     \
    X(UNKNOWN, "unknown label")                                               \
    X(AMBIGUOUS, "ambiguous label")                                           \
    X(NOT_MEMBER, "not a member")                                             \
    X(TIME, "not a time")                                                     \
    X(TIME_ZONE, "time without a zone")                                       \
    X(TIME_TWICE, "local time that happened twice")                           \
    X(TIME_NEVER, "local time that never happened")                           \
    X(TIME_RANGE, "time outside the years 1 to 9999")                         \
    X(INTEGER, "not a whole number")                                          \
    X(INTEGER_RANGE, "number out of range")                                   \
    X(PERIOD, "outside the period")                                           \
    X(RULE, "contradicts another column")                                     \
    X(CONFLICT, "same id, sender and receiver, other values")

typedef enum bcn_reason {
#define X(name, text) BCN_REASON_##name,
    BCN_REASON_MAP(X)
#undef X
        BCN_REASON_COUNT
} bcn_reason;

#endif
