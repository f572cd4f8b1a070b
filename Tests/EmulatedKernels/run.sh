#!/bin/sh
# Runs the kernels' C sources outside Swift, where a test cannot take them: with AVX512 emulated by SIMDe
# (Debian: libsimde-dev), and under AddressSanitizer and UndefinedBehaviorSanitizer. Compares every kernel
# with the scalar one, bit for bit.
#
# Usage: Tests/EmulatedKernels/run.sh [ROUNDS [SEED]]      ROUNDS: 20 unless given; most of the minutes go into compiling
# CC: the compiler, clang unless given.
set -eu

cd "$(dirname "$0")/../.."
rounds=${1:-20}
seed=${2:-1}
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

if [ ! -e /usr/include/simde/x86/avx512.h ]; then
    echo "Tests/EmulatedKernels/run.sh: needs SIMDe; install libsimde-dev" >&2
    exit 1
fi

build() { # NAME FLAGS...
    name=$1
    shift
    # Vectors of 512 bits never pass a function's border here, so their calling convention is no matter; nor is it
    # that loops stay loops where the compiler is told to do little.
    ${CC:-clang} -std=c11 -g -Wall -Wextra -Werror -Wno-psabi -Wno-pass-failed "$@" -ISources/CKernels/include \
        -ITests/EmulatedKernels Tests/EmulatedKernels/compare.c $(find Sources/CKernels -name '*.c') \
        -lm -lpthread -o "$work/$name" 2>"$work/log" || { cat "$work/log" >&2; exit 1; }
}

case $(uname -m) in
x86_64)
    echo "AVX512-VNNI, emulated:"
    build emulated -O1 -mavx2 -mfma -mf16c -DSIR_EMULATE_AVX512
    "$work/emulated" "$rounds" "$seed"
    ;;
esac
echo "AddressSanitizer and UndefinedBehaviorSanitizer:"
build sanitized -O1 -fsanitize=address,undefined -fno-sanitize-recover=all
"$work/sanitized" "$rounds" "$seed"
