// Python's random.Random, as far as drawing examples goes: the Mersenne Twister and `sample`. Other harnesses draw their
// examples with it, and other examples are another benchmark. Source: CPython, Modules/_randommodule.c, Lib/random.py.

/// The generator of `random.Random(seed)`: the same numbers for the same seed.
///
/// Source: Matsumoto and Nishimura, ACM TOMACS 8 (1998), MT19937 with `init_by_array`.
package struct PythonRandom {
    private var state: [UInt32]
    private var index: Int

    package init(seed: UInt32) {
        // init_by_array of one word. Python cuts larger seeds into several.
        state = [UInt32](repeating: 0, count: 624)
        state[0] = 19_650_218
        for i in 1..<624 {
            state[i] = 1_812_433_253 &* (state[i - 1] ^ (state[i - 1] >> 30)) &+ UInt32(i)
        }
        var i = 1
        func advance(_ i: Int, _ state: inout [UInt32]) -> Int {
            guard i + 1 >= 624 else { return i + 1 }
            state[0] = state[623]
            return 1
        }
        for _ in 0..<624 {
            state[i] = (state[i] ^ ((state[i - 1] ^ (state[i - 1] >> 30)) &* 1_664_525)) &+ seed
            i = advance(i, &state)
        }
        for _ in 0..<623 {
            state[i] = (state[i] ^ ((state[i - 1] ^ (state[i - 1] >> 30)) &* 1_566_083_941)) &- UInt32(i)
            i = advance(i, &state)
        }
        state[0] = 0x8000_0000
        index = 624
    }

    /// 32 random bits.
    package mutating func next() -> UInt32 {
        if index == 624 { twist() }
        var y = state[index]
        index += 1
        y ^= y >> 11
        y ^= (y << 7) & 0x9D2C_5680
        y ^= (y << 15) & 0xEFC6_0000
        return y ^ (y >> 18)
    }

    private mutating func twist() {
        for i in 0..<624 {
            let y = (state[i] & 0x8000_0000) | (state[(i + 1) % 624] & 0x7FFF_FFFF)
            state[i] = state[(i + 397) % 624] ^ (y >> 1) ^ (y & 1 == 0 ? 0 : 0x9908_B0DF)
        }
        index = 0
    }

    /// A number below `bound`, which is 1 to 2³²: Python's `_randbelow_with_getrandbits`.
    package mutating func below(_ bound: Int) -> Int {
        precondition(bound >= 1 && bound <= 1 << 32)
        let bits = Int.bitWidth - bound.leadingZeroBitCount
        while true {
            let value = bits > 32 ? Int(next()) | Int(next() >> 31) << 32 : Int(next() >> (32 - UInt32(bits)))
            if value < bound { return value }
        }
    }

    /// Places of `count` elements, drawn without putting back from `population`: Python's `sample`.
    package mutating func sample(_ count: Int, of population: Int) -> [Int] {
        precondition(count >= 0 && count <= population)
        // Python picks the method that needs less memory: they draw differently.
        var setSize = 21
        if count > 5 {
            var power = 1
            while power < count * 3 { power *= 4 }
            setSize += power
        }
        if population <= setSize {
            var pool = Array(0..<population)
            return (0..<count).map { drawn in
                let place = below(population - drawn)
                defer { pool[place] = pool[population - drawn - 1] }
                return pool[place]
            }
        }
        var seen: Set<Int> = []
        return (0..<count).map { _ in
            var place = below(population)
            while !seen.insert(place).inserted { place = below(population) }
            return place
        }
    }
}
