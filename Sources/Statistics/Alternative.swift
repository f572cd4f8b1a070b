// The direction of a test. Nothing else.

/// What a test holds against its null hypothesis, always said of the first arm: `.greater` means that arm A's
/// values are larger than arm B's, or that a mean lies above the reference.
public enum Alternative: String, Sendable, CaseIterable, Codable {
    /// Different, in either direction.
    case twoSided
    /// The first is smaller.
    case less
    /// The first is larger.
    case greater
}
