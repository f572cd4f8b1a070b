// The exponential that silu and softmax use, for callers outside the kernels.

#include "CKernels.h"
#include "exp.h"

float sir_exponential(float x) { return sir_exp(x); }
