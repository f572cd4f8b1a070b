// Reads the fixtures of this target, and says how near two numbers are. It knows no test.

import Foundation
import Testing

enum Fixture {
    static func load<File: Decodable>(_ name: String, as type: File.Type = File.self) throws -> File {
        let url = try #require(
            Bundle.module.url(forResource: name, withExtension: "json", subdirectory: "Fixtures"))
        return try JSONDecoder().decode(File.self, from: Data(contentsOf: url))
    }
}

/// |a − b| relative to b; 0 if both are the same infinity.
func relativeError(_ a: Double, _ b: Double) -> Double {
    if a == b { return 0 }
    return abs(a - b) / abs(b)
}
