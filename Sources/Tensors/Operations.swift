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

    /// Stores `count` floats in a cache's element type.
    package func store(
        _ x: UnsafePointer<Float>, at place: UnsafeMutableRawPointer, as type: KVType, count: Int
    ) {
        switch type {
        case .f16: table.pointee.to_f16(x, place.assumingMemoryBound(to: UInt16.self), count)
        case .f32: place.assumingMemoryBound(to: Float.self).update(from: x, count: count)
        }
    }

    /// Rounds `count` values to the precision of a half, in place.
    package func roundToHalf(_ x: UnsafeMutablePointer<Float>, count: Int) {
        table.pointee.round_to_half(x, count)
    }

    /// Attention of `group` query heads that share a key/value head, for one token, over positions `range` of
    /// a paged cache. `scores` is scratch of group · range.upperBound floats.
    package func attention(
        _ queries: UnsafePointer<Float>, into out: UnsafeMutablePointer<Float>, group: Int,
        headDimension: Int,
        pages: UnsafePointer<UnsafePointer<UInt8>?>, keyOffset: Int, valueOffset: Int, range: Range<Int>,
        type: KVType, scores: UnsafeMutablePointer<Float>
    ) {
        table.pointee.attention(
            queries, out, group, headDimension, pages, keyOffset, valueOffset, range.lowerBound,
            range.upperBound,
            type.kernelType, 1 / Float(headDimension).squareRoot(), scores)
    }
}

/// exp(x) as the kernels compute it: the same bits on every machine.
package func exponential(_ x: Float) -> Float { sir_exponential(x) }

/// The element type of a key/value cache.
public enum KVType: String, Sendable, CaseIterable {
    /// Half precision: half the memory, the default.
    case f16
    /// Single precision: for tests against oracles that compute in fp32.
    case f32

    /// Bytes of one element.
    public var size: Int { self == .f16 ? 2 : 4 }
    package var kernelType: sir_kv_type { self == .f16 ? SIR_KV_F16 : SIR_KV_F32 }
    /// Positions in one page of a cache.
    public static var pagePositions: Int { Int(SIR_KV_PAGE) }
}
