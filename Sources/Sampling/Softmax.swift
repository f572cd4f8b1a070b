// Passes over a row of logits: its maximum, its exponentials, their sum. Eight lanes at a time; sums are Float
// within a block and Double across blocks, so that 128k small terms do not drown. Knows no processor.

/// Sums are kept for blocks of this many values: long enough to amortise, short enough to be exact to 1e-6.
package let softmaxBlock = 256

/// The largest logit of a row and the lowest id that has it.
package struct LogitsPeak: Sendable, Equatable {
    package var token: Int32
    package var logit: Float
}

/// Finds the peak of `logits` (not empty), or says which id is NaN, or that every logit is -infinity.
package func peak(of logits: UnsafeBufferPointer<Float>, step: UInt64) throws(SamplingError) -> LogitsPeak {
    if hasNaN(logits), let index = logits.firstIndex(where: \.isNaN) {
        throw .notANumber(step: step, token: Int32(index))
    }
    let maximum = largest(of: logits)
    guard maximum > -.infinity else { throw .nothingAllowed(step: step) }
    return LogitsPeak(token: Int32(firstIndex(of: maximum, in: logits)), logit: maximum)
}

/// The largest of `values`, which hold no NaN; -infinity if there are none.
package func largest(of values: UnsafeBufferPointer<Float>) -> Float {
    var best = SIMD8<Float>(repeating: -.infinity)
    for start in stride(from: 0, to: values.count & ~7, by: 8) {
        let x = values.vector(at: start)
        best = best.replacing(with: x, where: x .> best)
    }
    return values[(values.count & ~7)...].reduce(best.max(), max)
}

private func hasNaN(_ values: UnsafeBufferPointer<Float>) -> Bool {
    var unordered = SIMDMask<SIMD8<Int32>>(repeating: false)
    for start in stride(from: 0, to: values.count & ~7, by: 8) {
        let x = values.vector(at: start)
        unordered = unordered .| (x .!= x)
    }
    return unordered != noLane || values[(values.count & ~7)...].contains(where: \.isNaN)
}

/// The first index of a value that is there.
private func firstIndex(of value: Float, in values: UnsafeBufferPointer<Float>) -> Int {
    // A plain search costs more than finding the maximum did, so whole vectors are passed over first.
    var start = 0
    while start + 8 <= values.count, (values.vector(at: start) .== SIMD8(repeating: value)) == noLane {
        start += 8
    }
    while values[start] != value { start += 1 }
    return start
}

/// No lane of a comparison holds.
@inline(__always)
var noLane: SIMDMask<SIMD8<Int32>> { SIMDMask(repeating: false) }

extension UnsafeBufferPointer<Float> {
    /// Eight values from `index` on, which must all be there.
    @inline(__always)
    func vector(at index: Int) -> SIMD8<Float> {
        UnsafeRawPointer(baseAddress.unsafelyUnwrapped)
            .loadUnaligned(fromByteOffset: index * 4, as: SIMD8<Float>.self)
    }
}

/// exp(`scale` × (x − `maximum`)) for every logit, summed per block. `scale` is finite and positive; `maximum` is
/// finite and at least every logit.
/// - Parameters:
///   - weights: gets the exponentials; nil when only the sum is wanted.
///   - blockSums: gets one sum per `softmaxBlock` logits; nil when only the total is wanted.
/// - Returns: the total.
package func exponentials(
    of logits: UnsafeBufferPointer<Float>, below maximum: Float, scale: Float = 1,
    weights: UnsafeMutableBufferPointer<Float>? = nil, blockSums: UnsafeMutableBufferPointer<Double>? = nil
) -> Double {
    let target = weights.flatMap { $0.baseAddress.map(UnsafeMutableRawPointer.init) }
    var total = 0.0
    for start in stride(from: 0, to: logits.count, by: softmaxBlock) {
        let end = min(start + softmaxBlock, logits.count)
        var lanes = SIMD8<Float>.zero
        var i = start
        while i + 8 <= end {
            let w = exponential((logits.vector(at: i) - maximum) * scale)
            lanes += w
            target?.storeBytes(of: w, toByteOffset: i * 4, as: SIMD8<Float>.self)
            i += 8
        }
        var sum = Double(lanes.sum())
        while i < end {
            let w = exponential(SIMD8(repeating: (logits[i] - maximum) * scale))[0]
            sum += Double(w)
            target?.storeBytes(of: w, toByteOffset: i * 4, as: Float.self)
            i += 1
        }
        if let blockSums { blockSums[start / softmaxBlock] = sum }
        total += sum
    }
    return total
}
