// The version by which results are known: two engines of one version give the same tokens.

extension Engine {
    /// What `sirocco --version` prints, and receipts remember.
    public static let version = "0.1.0"
}
