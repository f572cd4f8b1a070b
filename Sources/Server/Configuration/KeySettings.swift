// API keys: kept as hashes, compared in constant time, each with limits of its own.

import ChatTemplates
import Crypto
import FoundationEssentials
import ModelFiles

/// One key, as the configuration has it.
package struct KeySettings: Sendable, Equatable {
    /// Whose it is; for logs and limits.
    package var name = ""
    /// SHA-256 of the key, `sha256:` and 64 hexadecimal digits.
    package var hash = ""
    package var requestsPerMinute: Int?
    package var tokensPerMinute: Int?
    /// Models that it may use; nil: all.
    package var models: [String]?

    package init() {}

    static let shape = RequestShape<KeySettings>(
        "a key",
        [
            Field("name", \.name, .text(1...100), isRequired: true, "whose it is"),
            Field(
                "hash", \.hash, .text(1...200), isRequired: true,
                "sha256:… of the key, as `sirocco key` prints it"),
            Field("requests_per_minute", \.requestsPerMinute, .integer(1...(.max)), "requests in a minute"),
            Field(
                "tokens_per_minute", \.tokensPerMinute, .integer(1...(.max)),
                "tokens, read and written, in a minute"),
            Field("models", \.models, .list(of: .text(1...200)), "models that it may use"),
        ])

    /// The hash's bytes; nil if it is none.
    var digest: [UInt8]? {
        guard hash.hasPrefix("sha256:") else { return nil }
        let digits = Array(hash.dropFirst(7).utf8)
        // `UInt8` would take a sign for a digit.
        guard digits.count == 64, digits.allSatisfy({ Character(Unicode.Scalar($0)).isHexDigit }) else {
            return nil
        }
        var bytes: [UInt8] = []
        for pair in stride(from: 0, to: 64, by: 2) {
            guard let byte = UInt8(String(decoding: digits[pair..<pair + 2], as: UTF8.self), radix: 16) else {
                return nil
            }
            bytes.append(byte)
        }
        return bytes
    }

    func check() throws {
        guard digest != nil else {
            throw ConfigurationError(
                "keys: '\(name)': hash: expected sha256: and 64 hexadecimal digits; `sirocco key` makes a key and its hash"
            )
        }
    }

    /// A new key and its hash for the configuration.
    package static func make() -> (key: String, hash: String) {
        // 32 random bytes: a fast hash is enough, since nobody can guess through 2^256.
        let secret = SymmetricKey(size: .bits256).withUnsafeBytes { Array($0) }
        let key = "sk-sirocco-" + secret.hexadecimal
        return (key, "sha256:" + SHA256.hash(data: Data(key.utf8)).hexadecimal)
    }
}

/// Who may come in.
package struct Keyring: Sendable {
    private let keys: [(digest: [UInt8], key: KeySettings)]

    package init(_ keys: [KeySettings]) {
        self.keys = keys.compactMap { key in key.digest.map { ($0, key) } }
    }

    package var isEmpty: Bool { keys.isEmpty }

    /// The key that `presented` is. All are compared, each in the same time, whatever matches.
    package func find(_ presented: String) -> KeySettings? {
        let digest = Array(SHA256.hash(data: Data(presented.utf8)))
        var found: KeySettings?
        for (candidate, key) in keys {
            var difference: UInt8 = 0
            for (a, b) in zip(candidate, digest) { difference |= a ^ b }
            if difference == 0, found == nil { found = key }
        }
        return found
    }
}
