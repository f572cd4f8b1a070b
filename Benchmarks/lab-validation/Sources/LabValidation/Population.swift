// Where the simulated lengths come from. It knows no test.

import Glibc

/// SplitMix64 (Steele and others, 2014) with normal numbers.
struct Draws: RandomNumberGenerator {
    private var state: UInt64

    /// A stream of its own for every run of every cell, so that the number of threads changes nothing.
    init(cell: String, run: Int) {
        state = UInt64(run) &* 0xD134_2543_DE82_EF95
        for byte in cell.utf8 { state = (state ^ UInt64(byte)) &* 0x100_0000_01B3 }
        for _ in 0..<4 { _ = next() }
    }

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var z = state
        z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
        z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
        return z ^ (z >> 31)
    }

    /// In (0, 1].
    mutating func uniform() -> Double { (Double(next() >> 11) + 1) * 0x1p-53 }

    /// Standard normal, by Box and Muller.
    mutating func normal() -> Double { (-2 * log(uniform())).squareRoot() * cos(2 * Double.pi * uniform()) }
}

/// A distribution of lengths in characters, with its true mean and standard deviation.
enum Population: Sendable {
    /// Logarithms normal with deviation ½: the shape of most answers' lengths.
    case logNormal
    /// Three in ten short refusals, seven long answers.
    case bimodal
    /// Real answers' lengths, drawn with replacement.
    case real([Double])
    /// Normal: what the formulas of power assume.
    case normal

    func draw(_ draws: inout Draws) -> Double {
        switch self {
        case .logNormal: exp(8.2 + 0.5 * draws.normal())
        case .bimodal: draws.uniform() < 0.3 ? 800 + 200 * draws.normal() : 4500 + 900 * draws.normal()
        case .real(let lengths):
            lengths[Int(draws.next().multipliedFullWidth(by: UInt64(lengths.count)).high)]
        case .normal: 4200 + 600 * draws.normal()
        }
    }

    func sample(_ count: Int, _ draws: inout Draws) -> [Double] { (0..<count).map { _ in draw(&draws) } }

    var mean: Double {
        switch self {
        case .logNormal: exp(8.2 + 0.125)
        case .bimodal: 0.3 * 800 + 0.7 * 4500
        case .real(let lengths): lengths.reduce(0, +) / Double(lengths.count)
        case .normal: 4200
        }
    }

    var deviation: Double {
        switch self {
        case .logNormal: exp(8.2 + 0.125) * expm1(0.25).squareRoot()
        case .bimodal: (0.3 * 40_000 + 0.7 * 810_000 + 0.21 * 3700 * 3700).squareRoot()
        case .real(let lengths):
            (lengths.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / Double(lengths.count)).squareRoot()
        case .normal: 600
        }
    }
}

/// Both arms of an experiment in which prompts differ, and differ in how they react.
struct Prompts: Sendable {
    let count: Int
    let samples: Int
    /// Deviations: of prompts' mean lengths, of their true effects (τ), of answers to one prompt (σ).
    let between = 900.0
    let effects = 300.0
    let within = 600.0
    var effect = 0.0

    func draw(_ draws: inout Draws) -> [[[Double]]] {
        (0..<count).map { _ in
            let mean = 4200 + between * draws.normal()
            let shift = effect + effects * draws.normal()
            return [shift, 0].map { shift in
                (0..<samples).map { _ in mean + shift + within * draws.normal() }
            }
        }
    }
}
