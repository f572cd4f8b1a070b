// Owns the proof that no value is valid by two branches of a `oneOf`. Refuses to guess: without a proof it throws.

import ChatTemplates

extension SchemaCompiler {
    /// - Throws: `unsupported`, naming two branches that may both hold.
    func requireDisjoint(_ branches: [[SchemaPart]], of part: SchemaPart) throws(GrammarError) {
        var conjunctions: [SchemaConjunction] = []
        for branch in branches { conjunctions.append(try SchemaConjunction(branch, in: document)) }
        for (index, right) in conjunctions.enumerated() {
            for (other, left) in conjunctions.prefix(index).enumerated() {
                try document.count(part)
                guard try !areDisjoint(left, right, depth: 0) else { continue }
                throw part.error(
                    .unsupported,
                    "branches \(other) and \(index) may both hold, and then the value would be invalid; give them "
                        + "different types, or a required property with a different const each, or use anyOf",
                    at: "oneOf")
            }
        }
    }

    private func areDisjoint(
        _ left: SchemaConjunction, _ right: SchemaConjunction, depth: Int
    ) throws(GrammarError) -> Bool {
        if left.isFalse || right.isFalse || left.types.isDisjoint(with: right.types) { return true }
        if let constants = left.constants { return try noneHolds(constants, left, right) }
        if let constants = right.constants { return try noneHolds(constants, right, left) }
        guard left.types.intersection(right.types) == .object else { return false }
        return try areDisjoint(objects: left, right, depth: depth)
    }

    private func noneHolds(
        _ constants: [JSONValue], _ left: SchemaConjunction, _ right: SchemaConjunction
    ) throws(GrammarError) -> Bool {
        for constant in constants {
            if try left.accepts(constant, in: document), try right.accepts(constant, in: document) {
                return false
            }
        }
        return true
    }

    /// Objects are told apart by a property that both must have, or that one must and the other must not.
    private func areDisjoint(
        objects left: SchemaConjunction, _ right: SchemaConjunction, depth: Int
    ) throws(GrammarError) -> Bool {
        guard depth < 4 else { return false }
        let (leftShape, rightShape) = (try SchemaShape(left), try SchemaShape(right))
        for name in leftShape.required.union(rightShape.required).sorted() {
            let inLeft = try SchemaConjunction(leftShape.parts(of: name), in: document)
            let inRight = try SchemaConjunction(rightShape.parts(of: name), in: document)
            if inLeft.isFalse || inRight.isFalse { return true }
            guard leftShape.required.contains(name), rightShape.required.contains(name) else { continue }
            if try areDisjoint(inLeft, inRight, depth: depth + 1) { return true }
        }
        return false
    }
}
