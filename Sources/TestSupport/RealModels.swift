// Finds the real models that tests use. It downloads nothing: `make test` does that first.

import Foundation
import ModelStore
import SystemPackage

/// Models with trained weights, where this machine has them.
package enum RealModels {
    /// SmolLM2-135M-Instruct Q4_1: in the folder that SIROCCO_TEST_MODELS names, or else in the model store.
    package static var smollm2: String? {
        let environment = ProcessInfo.processInfo.environment
        if let folder = environment["SIROCCO_TEST_MODELS"] { return existing("\(folder)/smollm2.gguf") }
        return try? ModelStore().resolve("smollm2").string
    }

    /// Whether suites on real weights run. `make test` sets SIROCCO_REAL_WEIGHTS=1: then they run, and fail
    /// if the model is missing. Otherwise they run where the model happens to be.
    package static var areExpected: Bool {
        ProcessInfo.processInfo.environment["SIROCCO_REAL_WEIGHTS"] == "1" || smollm2 != nil
    }

    /// Why such a suite is skipped.
    package static let skipReason =
        "SmolLM2 is not here: run `sirocco pull smollm2`, or name a folder with smollm2.gguf in SIROCCO_TEST_MODELS"

    /// A model that a test cannot do without.
    package struct Missing: Error, CustomStringConvertible {
        package var description: String { RealModels.skipReason }
    }

    /// The path of SmolLM2; throws if it is not here.
    package static func requireSmolLM2() throws -> String {
        guard let smollm2 else { throw Missing() }
        return smollm2
    }

    private static func existing(_ path: String) -> String? {
        FileManager.default.fileExists(atPath: path) ? path : nil
    }
}
