// A plan that is registered: all that was fixed before the first answer, under one SHA-256, and what has changed since.
// It knows no rows; who writes it says whether there are some.

package import ChatTemplates
import Crypto
import Foundation
import ModelFiles
import SystemPackage

/// What `lab plan` writes to `plan.lock.json`.
package struct FrozenPlan: Sendable, Equatable {
    package let plan: Plan
    /// What fixed the metrics' rules and the order of trials: the program's version.
    package let program: String
    /// SHA-256 of each local model's file, by the model's name in the plan.
    package let modelDigests: [String: String]
    /// SHA-256 over every trial's cell, prompt, repetition and seed, in order.
    package let order: String
    /// When it was frozen, in UTC; no part of the digest, so that freezing the same plan again gives the same one.
    package let created: String
    /// SHA-256 of `contents` in canonical form, in hexadecimal.
    package let digest: String

    package static let fileName = "plan.lock.json"

    /// - Parameters:
    ///   - plan: a plan that has passed its checks.
    ///   - created: an ISO 8601 time; nil: now.
    package init(_ plan: Plan, program: String, modelDigests: [String: String], created: String? = nil) {
        self.plan = plan
        self.program = program
        self.modelDigests = modelDigests
        self.created = created ?? Date().ISO8601Format()
        order = Self.orderDigest(of: plan)
        digest = Self.digest(of: Self.contents(plan, program, modelDigests, order))
    }

    /// All that the digest covers.
    package var contents: JSONValue { Self.contents(plan, program, modelDigests, order) }

    private static func contents(
        _ plan: Plan, _ program: String, _ modelDigests: [String: String], _ order: String
    ) -> JSONValue {
        var models = JSONObject()
        for (name, digest) in modelDigests.sorted(by: { $0.key < $1.key }) { models[name] = .string(digest) }
        return [
            "format": 1, "program": .string(program), "model_digests": .object(models),
            "order": .string(order),
            "plan": plan.json,
        ]
    }

    private static func digest(of contents: JSONValue) -> String {
        SHA256.hash(data: Data(CanonicalJSON.text(contents).utf8)).hexadecimal
    }

    private static func orderDigest(of plan: Plan) -> String {
        var hash = SHA256()
        for trial in Design(plan).trials {
            let line = "\(trial.cell.title)\t\(trial.prompt)\t\(trial.repetition)\t\(trial.seed)\n"
            hash.update(data: Data(line.utf8))
        }
        return hash.finalize().hexadecimal
    }
}

// MARK: Departures

extension FrozenPlan {
    /// Something that is no longer as it was registered.
    package struct Departure: Sendable, Equatable, Codable, CustomStringConvertible {
        /// Keys from the top: `analysis.test`, `prompts[rome].prompt`.
        package var path: String
        /// Canonical JSON; nil: it was not there.
        package var old: String?
        /// Canonical JSON; nil: it is gone.
        package var new: String?

        package var description: String {
            "\(path): \(old.map(\.clipped) ?? "(not there)") → \(new.map(\.clipped) ?? "(gone)")".onOneLine
        }
    }

    /// What differs now; none: the plan is as it was registered.
    /// - Parameters:
    ///   - program: the version now; nil: not compared.
    ///   - modelDigests: the models' digests now; those that are missing here are not compared.
    package func departures(
        from plan: Plan, program: String? = nil, modelDigests: [String: String] = [:]
    ) -> [Departure] {
        var found: [Departure] = []
        compare(self.plan.json, plan.json, at: "", into: &found)
        if let program, program != self.program {
            found.append(Departure(path: "program", old: self.program, new: program))
        }
        for (name, digest) in modelDigests.sorted(by: { $0.key < $1.key }) {
            if let old = self.modelDigests[name], old != digest {
                found.append(Departure(path: "model_digests.\(name)", old: old, new: digest))
            }
        }
        // A plan that changed has another order, of course; one that did not must not.
        let order = Self.orderDigest(of: self.plan)
        if order != self.order { found.append(Departure(path: "order", old: self.order, new: order)) }
        return found
    }
}

private func compare(
    _ old: JSONValue, _ new: JSONValue, at path: String, into found: inout [FrozenPlan.Departure]
) {
    if old == new { return }
    switch (keyed(old), keyed(new)) {
    case (let old?, let new?) where !old.isEmpty && !new.isEmpty:
        let before = found.count
        for (key, value) in old {
            let place = path.isEmpty ? key : key.hasPrefix("[") ? path + key : "\(path).\(key)"
            if let other = new.first(where: { $0.key == key }) {
                compare(value, other.value, at: place, into: &found)
            } else {
                found.append(.init(path: place, old: CanonicalJSON.text(value), new: nil))
            }
        }
        for (key, value) in new where !old.contains(where: { $0.key == key }) {
            let place = path.isEmpty ? key : key.hasPrefix("[") ? path + key : "\(path).\(key)"
            found.append(.init(path: place, old: nil, new: CanonicalJSON.text(value)))
        }
        if found.count == before {
            let (was, now) = (old.map(\.key), new.map(\.key))
            found.append(
                .init(
                    path: path, old: "order " + was.joined(separator: ", "),
                    new: "order " + now.joined(separator: ", ")))
        }
    default: found.append(.init(path: path, old: CanonicalJSON.text(old), new: CanonicalJSON.text(new)))
    }
}

/// The members of an object, or of a list by ids where its items have them, else by place; nil for single values.
private func keyed(_ value: JSONValue) -> [(key: String, value: JSONValue)]? {
    switch value {
    case .object(let object): object.members
    case .array(let items):
        items.enumerated().map { index, item in
            if case .string(let id)? = item["id"] { ("[\(id)]", item) } else { ("[\(index)]", item) }
        }
    default: nil
    }
}

// MARK: The file

extension FrozenPlan {
    /// Writes the file under a temporary name and renames it. The same plan again changes nothing; another one is
    /// refused once there are rows, which belong to the plan that they were drawn under.
    package func write(to folder: String, hasRows: Bool) throws {
        let path = FilePath(folder).appending(Self.fileName)
        if FileManager.default.fileExists(atPath: path.string) {
            let old = try? Self.read(from: folder)
            if let old, old.digest == digest { return }
            guard !hasRows else {
                let change =
                    old?.departures(from: plan, program: program, modelDigests: modelDigests).first
                    .map { " (first change: \($0))" } ?? ""
                throw LabError(
                    .badRun,
                    "\(path.string): answers were drawn under another plan\(change); undo the change, or start a new "
                        + "experiment in another folder")
            }
        }
        let text = """
            {"digest":"\(digest)","created":"\(created)",
            "frozen":\(CanonicalJSON.text(contents))}

            """
        do {
            var file = try AtomicFile(path: path)
            try file.write(Array(text.utf8))
            try file.commit()
        } catch { throw LabError(.file, "\(error)") }
    }

    /// Reads the file, and makes sure that nobody has changed it.
    package static func read(from folder: String) throws -> FrozenPlan {
        let path = FilePath(folder).appending(fileName).string
        guard let data = FileManager.default.contents(atPath: path) else {
            throw LabError(.file, "\(path): there is no frozen plan; `sirocco lab plan` makes one")
        }
        let broken = "this is no frozen plan, or it was changed by hand; restore it, or freeze the plan anew"
        guard let json = try? JSONValue.parse(String(decoding: data, as: UTF8.self)),
            case .string(let digest)? = json["digest"], case .string(let created)? = json["created"],
            let frozen = json["frozen"], case .string(let program)? = frozen["program"],
            case .string(let order)? = frozen["order"], case .object(let models)? = frozen["model_digests"],
            let planJSON = frozen["plan"]
        else { throw LabError(.file, "\(path): \(broken)") }
        guard frozen["format"] == 1 else {
            throw LabError(.file, "\(path): written by a newer program; update this one")
        }
        guard self.digest(of: frozen) == digest else {
            throw LabError(.badRun, "\(path): its contents have another SHA-256 than \(digest); \(broken)")
        }
        var modelDigests: [String: String] = [:]
        for (name, value) in models.members {
            if case .string(let digest) = value { modelDigests[name] = digest }
        }
        return FrozenPlan(
            plan: try Plan(json: planJSON, file: path), program: program, modelDigests: modelDigests,
            order: order, created: created, digest: digest)
    }

    private init(
        plan: Plan, program: String, modelDigests: [String: String], order: String, created: String,
        digest: String
    ) {
        self.plan = plan
        self.program = program
        self.modelDigests = modelDigests
        self.order = order
        self.created = created
        self.digest = digest
    }
}
