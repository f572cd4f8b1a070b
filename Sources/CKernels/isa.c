// Which instruction sets this machine can run.

#include "internal.h"

bool sir_isa_available(sir_isa isa) {
    switch (isa) {
    case SIR_ISA_SCALAR: return true;
#if SIR_X86
    // The compiler's run time also asks the operating system (XGETBV) whether it saves the registers.
    case SIR_ISA_AVX2:
        return __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma") &&
               __builtin_cpu_supports("f16c");
#ifdef SIR_EMULATE_AVX512
    case SIR_ISA_AVX512VNNI: return sir_isa_available(SIR_ISA_AVX2);
#else
    case SIR_ISA_AVX512VNNI:
        return sir_isa_available(SIR_ISA_AVX2) && __builtin_cpu_supports("avx512f") &&
               __builtin_cpu_supports("avx512bw") && __builtin_cpu_supports("avx512vl") &&
               __builtin_cpu_supports("avx512vnni");
#endif
#endif
    default: return false;
    }
}

sir_isa sir_isa_best(void) {
    sir_isa best = SIR_ISA_SCALAR;
    for (int isa = SIR_ISA_SCALAR; isa < SIR_ISA_COUNT; isa++) {
        if (sir_isa_available((sir_isa)isa)) best = (sir_isa)isa;
    }
    return best;
}

const char *sir_isa_name(sir_isa isa) {
    switch (isa) {
    case SIR_ISA_SCALAR: return "scalar";
    case SIR_ISA_AVX2: return "AVX2";
    case SIR_ISA_AVX512VNNI: return "AVX512-VNNI";
    }
    return "unknown";
}
