#include "base/modern.h"

#include <stdatomic.h>

static atomic_bool forbidden_here = false;

void
bcn_modern_forbid(bool forbidden)
{
    atomic_store(&forbidden_here, forbidden);
}

bool
bcn_modern(void)
{
#if defined(__x86_64__) && (defined(__GNUC__) || defined(__clang__))
    return !atomic_load_explicit(&forbidden_here, memory_order_relaxed) &&
           __builtin_cpu_supports("avx2") && __builtin_cpu_supports("bmi") &&
           __builtin_cpu_supports("popcnt");
#else
    return false;
#endif
}
