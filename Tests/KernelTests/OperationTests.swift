// The operations of a forward pass: against formulas in double precision, and every instruction set against scalar.

import CKernels
import Foundation
import Tensors
import Testing

@Suite("Operations")
struct OperationTests {
    static let counts = [1, 2, 3, 7, 8, 9, 15, 16, 17, 31, 33, 64, 100, 576, 1000]

    // MARK: Elementwise

    @Test("exp is within 2 units in the last place everywhere, and right at its ends")
    func exponential() {
        var worst = 0.0
        // Every 1009th float: about four million, all exponents and both signs.
        for bits in stride(from: UInt32(0), to: .max - 1009, by: 1009) {
            let x = Float(bitPattern: bits)
            guard x.isFinite else { continue }
            let exact = exp(Double(x)), y = sir_exponential(x)
            if exact > Double(Float.greatestFiniteMagnitude) * (1 + 0x1p-24) {
                #expect(y == .infinity, "exp(\(x))")
            } else {
                worst = max(
                    worst, abs(Double(y) - exact) / Double(max(Float(exact).ulp, .leastNonzeroMagnitude)))
            }
        }
        #expect(worst <= 2, "largest error: \(worst) units in the last place")
        #expect(sir_exponential(0) == 1 && sir_exponential(-0.0) == 1)
        #expect(sir_exponential(.infinity) == .infinity && sir_exponential(-.infinity) == 0)
        #expect(sir_exponential(.nan).isNaN)
    }

    @Test(
        "silu_multiply is x / (1 + exp(-x)) * y within 4 units in the last place",
        arguments: InstructionSet.available)
    func silu(set: InstructionSet) {
        var random = Seeded(1)
        let gate = (0..<100_000).map { Float($0) * 0.002 - 100 } + [0, -0.0, 1e-30, -1e-30, 1e30, .infinity]
        let up = random.floats(gate.count, in: 0.5...1)
        var out = [Float](repeating: .nan, count: gate.count)
        operations(set).silu_multiply(gate, up, &out, gate.count)
        for (i, x) in gate.enumerated() where x > -87 {
            let exact = Double(x) / (1 + exp(-Double(x))) * Double(up[i])
            if exact.isInfinite {
                #expect(out[i] == .infinity)
            } else {
                #expect(
                    abs(Double(out[i]) - exact) <= 4 * Double(max(Float(exact).ulp, .leastNonzeroMagnitude)))
            }
        }
        // Below, exp(-x) overflows to infinity and the quotient is zero: right to 1e-36.
        for (i, x) in gate.enumerated() where x <= -87 { #expect(abs(out[i]) < 1e-35 && out[i] <= 0) }
    }

    @Test("rms_norm is x / sqrt(mean(x * x) + epsilon) * weight", arguments: counts, InstructionSet.available)
    func rmsNorm(count: Int, set: InstructionSet) {
        var random = Seeded(2)
        let x = random.floats(count, in: -3...3), weight = random.floats(count)
        var out = [Float](repeating: .nan, count: count)
        operations(set).rms_norm(x, weight, 1e-5, &out, count)
        let mean = x.reduce(0) { $0 + Double($1) * Double($1) } / Double(count)
        for i in 0..<count {
            let exact = Double(x[i]) / (mean + 1e-5).squareRoot() * Double(weight[i])
            #expect(abs(Double(out[i]) - exact) <= abs(exact) * 1e-6)
        }
    }

    @Test(
        "add and add_difference change x by y and by factor * (y - base)", arguments: counts,
        InstructionSet.available)
    func sums(count: Int, set: InstructionSet) {
        var random = Seeded(3)
        let x = random.floats(count), y = random.floats(count)
        var sum = x, blended = x
        let base = y.map { $0 * 0.75 }
        operations(set).add(&sum, y, count)
        operations(set).add_difference(&blended, y, base, 0.3, count)
        #expect(sum == zip(x, y).map { $0 + $1 })
        #expect(blended == x.indices.map { x[$0].addingProduct(y[$0] - base[$0], 0.3) })
    }

    @Test("Every half widens exactly", arguments: InstructionSet.available)
    func fromHalf(set: InstructionSet) {
        let halves = (0...UInt16.max).map { $0 }
        var out = [Float](repeating: 0, count: halves.count)
        operations(set).from_f16(halves, &out, halves.count)
        #expect(identical(out, halves.map { Float(Float16(bitPattern: $0)) }))
    }

    @Test(
        "Floats become halves to nearest even, at every tie and beside it",
        arguments: InstructionSet.available)
    func toHalf(set: InstructionSet) {
        var x: [Float] = [
            .infinity, -.infinity, .greatestFiniteMagnitude, .leastNonzeroMagnitude, 65519, 65520, 65521,
        ]
        for half in (0...UInt16.max).map({ Float16(bitPattern: $0) }) where half.isFinite {
            let tie = (Float(half) + Float(half.nextUp.isFinite ? half.nextUp : half)) / 2
            x += [Float(half), tie, tie.nextUp, tie.nextDown]
        }
        var out = [UInt16](repeating: 0, count: x.count)
        operations(set).to_f16(x, &out, x.count)
        #expect(out == x.map { Float16($0).bitPattern })
        operations(set).to_f16([.nan], &out, 1)
        #expect(Float16(bitPattern: out[0]).isNaN)
    }

    // MARK: Rotation

    @Test(
        "Both ropes rotate their pairs and leave the rest",
        arguments: [(2, 6, 3), (3, 64, 32), (1, 21, 9), (4, 16, 5)], InstructionSet.available)
    func rope(shape: (heads: Int, headDim: Int, half: Int), set: InstructionSet) {
        var random = Seeded(4)
        let (heads, headDim, half) = shape
        let x = random.floats(heads * headDim), angles = random.floats(half, in: -3...3)
        let cosines = angles.map { cos($0) }, sines = angles.map { sin($0) }
        var pairs = x, halves = x
        operations(set).rope_pairs(&pairs, cosines, sines, heads, headDim, half)
        operations(set).rope_halves(&halves, cosines, sines, heads, headDim, half)
        var expectedPairs = x.map(Double.init), expectedHalves = expectedPairs
        for h in 0..<heads {
            for i in 0..<half {
                let (c, s) = (Double(cosines[i]), Double(sines[i]))
                func rotate(_ values: inout [Double], _ a: Int, _ b: Int) {
                    let (p, q) = (values[h * headDim + a], values[h * headDim + b])
                    values[h * headDim + a] = p * c - q * s
                    values[h * headDim + b] = p * s + q * c
                }
                rotate(&expectedPairs, 2 * i, 2 * i + 1)
                rotate(&expectedHalves, i, i + half)
            }
        }
        for i in x.indices {
            #expect(abs(Double(pairs[i]) - expectedPairs[i]) < 3e-7)
            #expect(abs(Double(halves[i]) - expectedHalves[i]) < 3e-7)
        }
    }

    // MARK: Quantization of activations

    @Test("round_to_half keeps what a half holds, a float's range and what is not a number")
    func roundToHalf() {
        var random = Seeded(11)
        var x = random.floats(4096, in: -60_000...60_000)
        var halves = [UInt16](repeating: 0, count: x.count)
        var expected = [Float](repeating: 0, count: x.count)
        operations(.scalar).to_f16(x, &halves, x.count)
        operations(.scalar).from_f16(halves, &expected, x.count)
        operations(.scalar).round_to_half(&x, x.count)
        #expect(x == expected)
        var odd: [Float] = [0, -0.0, 1e30, 0x1p-100, .infinity, -.infinity, .nan, .greatestFiniteMagnitude]
        operations(.scalar).round_to_half(&odd, odd.count)
        #expect(odd[0] == 0 && odd[1].sign == .minus && odd[3] == 0x1p-100)
        #expect(
            abs(odd[2] / 1e30 - 1) < 0x1p-11 && odd[4] == .infinity && odd[5] == -.infinity && odd[6].isNaN)
        #expect(odd[7] == .infinity)
    }

    @Test(
        "Activations are within half a step of their blocks' values, and the sums are right",
        arguments: InstructionSet.available)
    func quantize(set: InstructionSet) {
        var random = Seeded(5)
        for size in [1e-30, 1e-3, 1, 1e4, 1e30] as [Float] {
            let x = random.floats(1024, in: -size...size)
            var small = [sir_q8_32](repeating: sir_q8_32(), count: 32)
            var large = [sir_q8_256](repeating: sir_q8_256(), count: 4)
            operations(set).quantize_q8_32(x, &small, x.count)
            operations(set).quantize_q8_256(x, &large, x.count)
            for i in x.indices {
                let a = small[i / 32], b = large[i / 256]
                #expect(abs(a.scale * Float(signed(a.q, i % 32)) - x[i]) <= a.scale * 0.5001)
                #expect(abs(b.scale * Float(signed(b.q, i % 256)) - x[i]) <= b.scale * 0.5001)
            }
            for block in small {
                #expect(
                    block.scaled_sum == block.scale
                        * Float((0..<32).reduce(0) { $0 + Int(signed(block.q, $1)) }))
                #expect(int16s(block.less) == less(block.q, 0..<32))
            }
            for block in large {
                let groups = (0..<16).flatMap { less(block.q, 16 * $0..<16 * $0 + 16) }
                #expect(int16s(block.less) == groups)
            }
        }
    }

    @Test(
        "A block with a NaN or an infinity gets the scale NaN and zeros; its neighbours are untouched",
        arguments: [Float.nan, .infinity, -.infinity, .signalingNaN], InstructionSet.available)
    func notFinite(value: Float, set: InstructionSet) {
        var random = Seeded(6)
        let clean = random.floats(512)
        var x = clean
        x[37] = value
        var small = [sir_q8_32](repeating: sir_q8_32(), count: 16),
            large = [sir_q8_256](repeating: sir_q8_256(), count: 2)
        operations(set).quantize_q8_32(x, &small, x.count)
        operations(set).quantize_q8_256(x, &large, x.count)
        #expect(small[1].scale.isNaN && small[1].scaled_sum.isNaN)
        #expect((0..<32).allSatisfy { signed(small[1].q, $0) == 0 })
        #expect(large[0].scale.isNaN)
        #expect((0..<256).allSatisfy { signed(large[0].q, $0) == 0 })
        #expect([0, 2, 3].allSatisfy { small[$0].scale.isFinite } && large[1].scale.isFinite)
    }

    @Test(
        "Zeros, and values too small for a scale, become zeros",
        arguments: [0, -0.0, Float.leastNonzeroMagnitude, -1e-37], InstructionSet.available)
    func tiny(value: Float, set: InstructionSet) {
        let x = [Float](repeating: value, count: 256)
        var small = [sir_q8_32](repeating: sir_q8_32(), count: 8), large = sir_q8_256()
        operations(set).quantize_q8_32(x, &small, 256)
        operations(set).quantize_q8_256(x, &large, 256)
        #expect(small[0].scale == 0 && small[0].scaled_sum == 0 && signed(small[0].q, 0) == 0)
        #expect(large.scale == 0 && signed(large.q, 0) == 0)
    }

    /// Minus the sums over elements 4i, 4i + 1, and over 4i + 2, 4i + 3, of a part of a block.
    private func less<Tuple>(_ q: Tuple, _ part: Range<Int>) -> [Int16] {
        [0, 1].map { half in
            part.reduce(0) { $1 / 2 % 2 == half ? $0 - Int16(signed(q, $1)) : $0 }
        }
    }

    private func int16s<Tuple>(_ tuple: Tuple) -> [Int16] {
        withUnsafeBytes(of: tuple) { Array($0.bindMemory(to: Int16.self)) }
    }

    private func signed<Tuple>(_ q: Tuple, _ index: Int) -> Int8 {
        withUnsafeBytes(of: q) { $0.load(fromByteOffset: index, as: Int8.self) }
    }

    // MARK: Bit identity

    @Test("Every instruction set gives the scalar results' bits", arguments: counts, vectorSets)
    func identicalToScalar(count: Int, set: InstructionSet) {
        var random = Seeded(UInt64(count))
        var gate = random.floats(count, in: -100...100)
        let up = random.floats(count), base = random.floats(count)
        if count > 4 { (gate[1], gate[2], gate[3]) = (.infinity, .nan, -0.0) }
        func results(_ table: sir_operations) -> [[Float]] {
            var silu = gate, norm = gate, blended = gate
            table.silu_multiply(silu, up, &silu, count)
            table.rms_norm(up, gate, 1e-6, &norm, count)
            table.add_difference(&blended, up, base, 0.7, count)
            return [silu, norm, blended]
        }
        for (a, b) in zip(results(operations(.scalar)), results(operations(set))) { #expect(identical(a, b)) }
    }
}
