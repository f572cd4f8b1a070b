// Which kernels run: the choice is made once, at run time, from what the CPU offers.

package import CKernels

/// A set of kernels. All give bit-identical results; they differ in speed only.
public enum InstructionSet: Int, Sendable, CaseIterable, CustomStringConvertible {
    /// Portable C; runs everywhere and is the reference of the tests.
    case scalar
    /// AVX2, FMA and F16C.
    case avx2
    /// AVX512 F, BW, VL and VNNI.
    case avx512vnni

    package var kernelISA: sir_isa { sir_isa(UInt32(rawValue)) }

    /// Whether this CPU and operating system can run these kernels.
    public var isAvailable: Bool { sir_isa_available(kernelISA) }

    /// The instruction sets of this machine, slowest first.
    public static var available: [InstructionSet] { allCases.filter(\.isAvailable) }

    /// The fastest instruction set of this machine.
    public static var best: InstructionSet {
        InstructionSet(rawValue: Int(sir_isa_best().rawValue)) ?? .scalar
    }

    public var description: String { String(cString: sir_isa_name(kernelISA)) }
}
