// Packing as the user sees it: a bar while it goes on, one line where it cannot be done, Ctrl-C to stop it.

import ModelFiles
import ModelStore
import SystemPackage

enum PackedWeights {
    /// The model to run: packed, and packed now if that is to be done; as it is where that fails, with a line that says
    /// why. Nil where this is no GGUF file.
    static func open(_ path: String) throws -> GGUFFile? {
        let cache = ModelStore().packed
        guard let file = cache.open(FilePath(path)) else { return nil }
        guard file.hasSomethingToPack else { return file }
        let packed = try working(
            "packing weights once for faster runs",
            ifStopped: "stopped by Ctrl-C; --no-pack runs a model without packing it"
        ) { try cache.packIfPossible(file, progress: $0) }
        if let problem = packed.problem {
            Note.write("weights are not packed (--no-pack: never): \(problem)")
        }
        return packed.file
    }

    /// Runs `body` with a progress bar that appears with the first progress. Ctrl-C ends the work.
    static func working<Result>(
        _ label: String, ifStopped: String = "stopped by Ctrl-C",
        _ body: (_ progress: (Int, Int) throws -> Void) throws -> Result
    ) throws -> Result {
        var bar: ProgressBar?
        var total: Int64 = 0
        do {
            let result = try InterruptFlag.catching { interrupt in
                try body { done, all in
                    if interrupt.isSet { throw CancellationError() }
                    total = Int64(all)
                    if bar == nil { bar = ProgressBar(label, total: total) }
                    bar?.update(Int64(done), of: total)
                }
            }
            bar?.finish(total)
            return result
        } catch is CancellationError {
            bar?.finish(0, "stopped")
            throw CommandError(ifStopped)
        } catch {
            bar?.finish(0, "failed")
            throw error
        }
    }
}
