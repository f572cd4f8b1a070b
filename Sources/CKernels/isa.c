// Which instruction sets this machine can run.

#include "internal.h"

bool sir_isa_available(sir_isa isa) { return isa == SIR_ISA_SCALAR; }

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
