/* status.h - what a function that can fail returns.
 *
 * Zero is success.  A status says which kind of thing went wrong; where a
 * person must act on it, the words are in a bcn_error (error.h).  One list
 * gives the enum and the texts, so they cannot drift apart. */
#ifndef BCN_STATUS_H
#define BCN_STATUS_H

#if defined(__GNUC__) || defined(__clang__)
#define BCN_MUST_USE __attribute__((warn_unused_result))
#define BCN_PRINTF(words, first) __attribute__((format(printf, words, first)))
#define BCN_ALWAYS_INLINE inline __attribute__((always_inline))
#else
#define BCN_MUST_USE
#define BCN_PRINTF(words, first)
#define BCN_ALWAYS_INLINE inline
#endif

#define BCN_STATUS_MAP(X)                                                     \
    X(OK, "success")                                                          \
    X(NOMEM, "not enough memory")                                             \
    X(OVERFLOW, "a figure does not fit its type")                             \
    X(LENGTH, "columns differ in length")                                     \
    X(RANGE, "a value lies outside its range")                                \
    X(INVALID, "the input is not valid")                                      \
    X(CORRUPT, "the bytes are damaged")                                       \
    X(IO, "reading or writing failed")                                        \
    X(TOO_LARGE, "the result would not fit in memory")                        \
    X(CANCELLED, "the work was interrupted")

typedef enum bcn_status {
#define X(name, text) BCN_##name,
    BCN_STATUS_MAP(X)
#undef X
} bcn_status;

/* The text of a status, for a message; never NULL. */
const char *bcn_status_text(bcn_status status);

/* Return early with the status of EXPRESSION unless it is BCN_OK. */
#define BCN_TRY(EXPRESSION)                                                   \
    do {                                                                      \
        bcn_status bcn_try_ = (EXPRESSION);                                   \
        if (bcn_try_ != BCN_OK) {                                             \
            return bcn_try_;                                                  \
        }                                                                     \
    } while (0)

#endif
