// Swift's face of the kernels' operations: one table, picked once per process or test.

package import CKernels

/// The operations of a forward pass for one instruction set. Each method is one call into C; shapes and the
/// order of every reduction are documented there, in `CKernels.h`.
///
/// `@unchecked Sendable`: points at a constant table.
public struct Operations: @unchecked Sendable {
    package let table: UnsafePointer<sir_operations>
    /// The instruction set these kernels use.
    public let instructionSet: InstructionSet

    /// The kernels of `instructionSet`, which must be available on this machine.
    public init(_ instructionSet: InstructionSet = .best) {
        precondition(instructionSet.isAvailable, "\(instructionSet) is not available on this CPU")
        self.instructionSet = instructionSet
        table = sir_operations_for(instructionSet.kernelISA)
    }
}

extension Operations {
    /// out = x / sqrt(mean(x²) + epsilon) · weight.
    package func rmsNorm(
        _ x: UnsafePointer<Float>, _ weight: UnsafePointer<Float>, epsilon: Float,
        into out: UnsafeMutablePointer<Float>, count: Int
    ) {
        table.pointee.rms_norm(x, weight, epsilon, out, count)
    }

    /// Rotates adjacent pairs of each of `heads` rows in place.
    package func rotatePairs(
        _ x: UnsafeMutablePointer<Float>, cosines: UnsafePointer<Float>, sines: UnsafePointer<Float>,
        heads: Int,
        headDimension: Int, half: Int
    ) {
        table.pointee.rope_pairs(x, cosines, sines, heads, headDimension, half)
    }

    /// Rotates element i with element i + half of each of `heads` rows in place.
    package func rotateHalves(
        _ x: UnsafeMutablePointer<Float>, cosines: UnsafePointer<Float>, sines: UnsafePointer<Float>,
        heads: Int,
        headDimension: Int, half: Int
    ) {
        table.pointee.rope_halves(x, cosines, sines, heads, headDimension, half)
    }

    /// gate = silu(gate) · up.
    package func siluMultiply(_ gate: UnsafeMutablePointer<Float>, _ up: UnsafePointer<Float>, count: Int) {
        table.pointee.silu_multiply(gate, up, gate, count)
    }

    /// sum += x.
    package func add(_ x: UnsafePointer<Float>, to sum: UnsafeMutablePointer<Float>, count: Int) {
        table.pointee.add(sum, x, count)
    }

    /// sum += factor · (x − base).
    package func add(
        _ x: UnsafePointer<Float>, minus base: UnsafePointer<Float>, times factor: Float,
        to sum: UnsafeMutablePointer<Float>, count: Int
    ) {
        table.pointee.add_difference(sum, x, base, factor, count)
    }

    /// Rounds `count` values to the precision of a half, in place.
    package func roundToHalf(_ x: UnsafeMutablePointer<Float>, count: Int) {
        table.pointee.round_to_half(x, count)
    }
}

/// exp(x) as the kernels compute it: the same bits on every machine.
package func exponential(_ x: Float) -> Float { sir_exponential(x) }
