// What a user may write for a model, in one place: a file, a folder, a name in the store, or one of them with @FORMAT
// behind it. Knows how such a reference is read, and shows the work where one has to be made; commands know its path.

import FoundationEssentials
import ModelFiles
package import ModelStore
import SystemPackage
import Training

package enum ModelReference {
    /// The path that `reference` stands for. A model with @FORMAT is made if it is not there.
    package static func path(_ reference: String, in store: ModelStore = ModelStore()) throws -> String {
        guard let parts = split(reference) else { return try store.resolve(reference).string }
        let requantization = try self.requantization(parts.format, reference)
        let original = try store.resolve(parts.model)
        let digest = try store.digest(original)
        // No format takes more than four bytes for a weight, and what is asked for mostly takes far less.
        return try store.derived(from: digest, format: parts.format) { target in
            let file = try GGUFFile(path: original)
            _ = try PackedWeights.working("making \(reference), once") { progress in
                try requantization.write(file, to: target, progress: progress)
            }
        }.string
    }

    /// The model that a reference with @FORMAT stands for, if it is one and has been made. Of a model that is gone the
    /// first digits of its SHA-256 do, as `sirocco list` shows them.
    package static func derived(_ reference: String, in store: ModelStore) throws -> DerivedModel? {
        guard let parts = split(reference) else { return nil }
        _ = try requantization(parts.format, reference)
        let all = try store.derivedModels().filter { $0.format == parts.format.lowercased() }
        let digest = try? store.digest(try store.resolve(parts.model))
        if let found = all.first(where: { digest == $0.original })
            ?? (parts.model.count >= 12 ? all.first { $0.original.hasPrefix(parts.model) } : nil)
        {
            return found
        }
        throw CommandError("\(reference): this has not been made; `sirocco list` shows what has")
    }

    /// A model and a format; nil where nothing is asked for behind an @, or a file has one in its name.
    private static func split(_ reference: String) -> (model: String, format: String)? {
        guard !FileManager.default.fileExists(atPath: reference),
            let sign = reference.lastIndex(of: "@"), sign != reference.startIndex,
            case let format = reference[reference.index(after: sign)...], !format.contains("/")
        else { return nil }
        return (String(reference[..<sign]), String(format))
    }

    private static func requantization(_ format: String, _ reference: String) throws -> Requantization {
        do {
            return try Requantization(to: format)
        } catch {
            throw CommandError("\(reference): \(error.description)")
        }
    }
}
