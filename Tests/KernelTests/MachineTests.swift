// The loops that ask for the machine's limits: that they do the work they report. How fast it goes is nobody's
// business here.

import CKernels
import Tensors
import Testing

@Suite("Loops that measure the machine")
struct MachineLoopTests {
    @Test("reading memory sums every word, on every instruction set", arguments: InstructionSet.available)
    func reads(instructionSet: InstructionSet) {
        let words = (0..<4096).map { UInt64($0) &* 0x9e37_79b9_7f4a_7c15 }
        words.withUnsafeBytes { bytes in
            for count in Array(stride(from: 0, through: 2048, by: 64)) + [bytes.count] {
                // Unaligned by a word too: a mapped file starts where it likes.
                for offset in [0, 8] where offset + count <= bytes.count {
                    let sum = sir_read_memory(
                        instructionSet.kernelISA, bytes.baseAddress! + offset, count)
                    let expected = words[offset / 8..<(offset + count) / 8].reduce(0, &+)
                    #expect(sum == expected, "\(count) bytes from \(offset)")
                }
            }
        }
    }

    @Test(
        "twice the rounds are twice the operations, and show in the result",
        arguments: InstructionSet.available)
    func multiplies(instructionSet: InstructionSet) {
        var one: Int32 = 0
        var two: Int32 = 0
        let operations = sir_multiply_int8(instructionSet.kernelISA, 1000, &one)
        #expect(operations >= 64 * 1000)
        #expect(sir_multiply_int8(instructionSet.kernelISA, 2000, &two) == 2 * operations)
        #expect(one > 0 && two == 2 * one)
    }

    @Test("a file that does not exist is an error number, not a descriptor")
    func missing() {
        #expect(sir_open_uncached("/nonexistent/file") == -2)  // ENOENT
    }
}
