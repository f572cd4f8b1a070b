// Where an engine may keep keys and values between its lives, and how much of the disk they may take. It knows no
// files.

/// A folder for full pages of keys and values, so that a text that was computed once is found after a restart.
///
/// A page is used only if its file holds the very tokens of the text, from the first on, and was written for the same
/// model, type and layout; its bytes are checked. A damaged or foreign file costs computing the page again.
public struct KVStore: Sendable {
    /// The folder; it is made if it is not there. Engines and models may share it.
    public var folder: String
    /// Names the weights and all else that decides what is computed: a hash of the model file, and the version of the
    /// program.
    public var model: String
    /// Most bytes in the folder; what was used longest ago gives way.
    public var byteLimit: Int

    public init(folder: String, model: String, byteLimit: Int) {
        self.folder = folder
        self.model = model
        self.byteLimit = byteLimit
    }
}

/// What became of an engine's stored pages since it started.
public struct KVStoreLoad: Sendable, Equatable {
    public var pagesRead = 0
    public var pagesWritten = 0
    /// Files that were not what their name said, or damaged: not used, and removed.
    public var pagesRefused = 0
    /// Pages that could not be written: the disk was slower than they came, or full.
    public var pagesDropped = 0

    public init() {}
}
