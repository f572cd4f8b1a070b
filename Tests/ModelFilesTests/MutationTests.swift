// Thousands of damaged files, the same ones in each run: the readers must answer, and what they accept must be
// safe to use. The longer search, under AddressSanitizer, is Tests/Fuzz.

import ModelFiles
import SystemPackage
import Tensors
import Testing

@Suite struct MutationTests {
    @Test(
        "a damaged GGUF file is read or refused, and never harms",
        arguments: ["everything.gguf", "aligned.gguf"])
    func gguf(fixture: String) throws {
        let original = try Fixture.bytes(fixture)
        // Damage the structure, not the megabytes after it.
        let end = try #require(parse(original).tensors.map(\.byteOffset).min())
        var random = SplitMix(state: 1)
        var accepted = 0
        for _ in 0..<4000 {
            let bytes = random.damage(original, within: end)
            guard let contents = try? parse(bytes) else { continue }
            accepted += 1
            try expectSound(contents.tensors, in: bytes.count)
        }
        // Both kinds must occur, or the damage is too small or too large to tell anything.
        #expect(accepted > 100 && accepted < 3900, "\(accepted) accepted")
    }

    @Test(
        "a damaged safetensors file is read or refused, and never harms",
        arguments: ["types.safetensors", "torch.safetensors"])
    func safetensors(fixture: String) throws {
        let original = try Fixture.bytes(fixture)
        let end = try #require(parseSafetensors(original).tensors.map(\.byteOffset).min())
        var random = SplitMix(state: 2)
        var accepted = 0
        for _ in 0..<4000 {
            let bytes = random.damage(original, within: end)
            guard let contents = try? parseSafetensors(bytes) else { continue }
            accepted += 1
            try expectSound(contents.tensors, in: bytes.count)
        }
        #expect(accepted > 20 && accepted < 3900, "\(accepted) accepted")
    }

    /// What a model may rely on, whatever the file said.
    private func expectSound(_ tensors: [TensorInfo], in count: Int) throws {
        for tensor in tensors {
            try #require(tensor.byteOffset >= 0 && tensor.byteCount >= 0)
            try #require(tensor.byteRange.upperBound <= count)
            try #require(tensor.format.byteCount(elements: tensor.elementCount) == tensor.byteCount)
        }
    }
}

/// A small random generator with a fixed start (Steele, Lea & Flood 2014).
struct SplitMix: RandomNumberGenerator {
    var state: UInt64

    mutating func next() -> UInt64 {
        state &+= 0x9e37_79b9_7f4a_7c15
        var z = state
        z = (z ^ (z >> 30)) &* 0xbf58_476d_1ce4_e5b9
        z = (z ^ (z >> 27)) &* 0x94d0_49bb_1331_11eb
        return z ^ (z >> 31)
    }

    /// One to three changes: a byte, a whole number, a piece cut out, doubled or moved.
    mutating func damage(_ original: [UInt8], within end: Int) -> [UInt8] {
        var bytes = original
        for _ in 0..<Int.random(in: 1...3, using: &self) where bytes.count > 1 {
            let place = Int.random(in: 0..<min(end, bytes.count), using: &self)
            let length = min(Int.random(in: 1...40, using: &self), bytes.count - place)
            switch Int.random(in: 0..<6, using: &self) {
            case 0: bytes[place] ^= 1 << UInt8.random(in: 0..<8, using: &self)
            case 1: bytes[place] = UInt8.random(in: 0...255, using: &self)
            case 2:
                let interesting: [UInt64] = [0, 1, 0xff, 1 << 31, 1 << 32, 1 << 62, 1 << 63, .max, .max - 31]
                let number = interesting.randomElement(using: &self) ?? 0
                withUnsafeBytes(of: number.littleEndian) { number in
                    for (offset, byte) in number.enumerated() where place + offset < bytes.count {
                        bytes[place + offset] = byte
                    }
                }
            case 3: bytes.removeSubrange(place..<(place + length))
            case 4: bytes.insert(contentsOf: bytes[place..<(place + length)], at: place)
            default: bytes.removeLast(Int.random(in: 1..<min(bytes.count, 2000), using: &self))
            }
        }
        return bytes
    }
}
