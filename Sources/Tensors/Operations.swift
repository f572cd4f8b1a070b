// Swift's face of the kernels' operations: one table, picked once per process or test.

package import CKernels

/// The operations of a forward pass for one instruction set.
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

/// exp(x) as the kernels compute it: the same bits on every machine.
package func exponential(_ x: Float) -> Float { sir_exponential(x) }
