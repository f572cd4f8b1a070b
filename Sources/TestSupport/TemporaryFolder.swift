// A folder for files that a test makes. It removes itself; it knows nothing of what is written there.

import Foundation
package import SystemPackage

/// A new, empty folder that is deleted with its last reference.
package final class TemporaryFolder: Sendable {
    package let path: FilePath

    package init() throws {
        let url = FileManager.default.temporaryDirectory.appending(path: "sirocco-tests-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: url, withIntermediateDirectories: true)
        path = FilePath(url.path)
    }

    deinit { try? FileManager.default.removeItem(atPath: path.string) }
}
