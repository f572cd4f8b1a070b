// The forward pass of the llama family. All workers run it together; `forEach` shares a loop's items
// and ends in a barrier, so each loop may read what the one before wrote.

import Tensors

/// Scratch memory and the forward pass.
///
/// `@unchecked Sendable`: one forward pass at a time; within it the pool's workers write disjoint parts.
final class LlamaRunner: ModelRunner, @unchecked Sendable {
    let model: Llama
    let limits: RunnerLimits
    private let pool: ThreadPool
    private let layout: KVLayout
    private let frequencies: [Double]

    private let residual: AlignedBuffer<Float>  // [tokens, dimension]
    private let normed: Activations  // [tokens, dimension]
    private let queries: AlignedBuffer<Float>  // [tokens, heads * headDimension]
    private let keys: AlignedBuffer<Float>  // [tokens, kvHeads * headDimension]
    private let values: AlignedBuffer<Float>  // [tokens, kvHeads * headDimension]
    private let partials: AlignedBuffer<Float>  // [kv heads, pieces, heads per kv head] of `AttentionPlan`
    private let attended: Activations  // [tokens, heads * headDimension]
    private let projected: AlignedBuffer<Float>  // [tokens, dimension]
    private let cosines: AlignedBuffer<Float>  // [tokens, rotary dimensions / 2]
    private let sines: AlignedBuffer<Float>
    private let choices: AlignedBuffer<ExpertChoice>  // [tokens, experts per token]
    private let routerLogits: AlignedBuffer<Float>  // [tokens, experts]
    private let hidden: Activations  // [tokens, dimension]: the normed input of the experts
    private let routed: Activations  // [slots, dimension]: the same, in the experts' order
    private let inner: Activations  // [slots, feedForward]: silu(gate) * up
    private let down: AlignedBuffer<Float>  // [slots, dimension]
    private let last: Activations  // [logit rows, dimension]
    private let output: AlignedBuffer<Float>  // [logit rows, vocabulary]
    private let workers: [WorkerScratch]

    init(model: Llama, limits: RunnerLimits, pool: ThreadPool) {
        let shape = model.configuration
        let kinds = model.activationKinds
        let slots = limits.tokens * shape.expertsPerToken
        let queryWidth = shape.heads * shape.headDimension
        let keyWidth = shape.kvHeads * shape.headDimension
        self.model = model
        self.limits = limits
        self.pool = pool
        layout = KVLayout(shape, type: limits.kvType)
        frequencies = shape.rope.frequencies
        residual = AlignedBuffer(count: limits.tokens * shape.dimension)
        normed = Activations(rows: limits.tokens, columns: shape.dimension, kinds: kinds.attention)
        queries = AlignedBuffer(count: limits.tokens * queryWidth)
        keys = AlignedBuffer(count: limits.tokens * keyWidth)
        values = AlignedBuffer(count: limits.tokens * keyWidth)
        partials = AlignedBuffer(
            count: AttentionPlan.partialRows(shape, context: limits.context, workers: pool.workers)
                * AttentionTile.partial(headDimension: shape.headDimension))
        attended = Activations(rows: limits.tokens, columns: queryWidth, kinds: kinds.attentionOutput)
        projected = AlignedBuffer(count: limits.tokens * shape.dimension)
        cosines = AlignedBuffer(count: limits.tokens * frequencies.count)
        sines = AlignedBuffer(count: limits.tokens * frequencies.count)
        choices = AlignedBuffer(count: slots)
        routerLogits = AlignedBuffer(count: limits.tokens * shape.experts)
        hidden = Activations(rows: limits.tokens, columns: shape.dimension, kinds: kinds.feedForward)
        routed = Activations(rows: slots, columns: shape.dimension, kinds: kinds.feedForward)
        inner = Activations(rows: slots, columns: shape.feedForward, kinds: kinds.down)
        down = AlignedBuffer(count: slots * shape.dimension)
        last = Activations(rows: limits.logitRows, columns: shape.dimension, kinds: kinds.output)
        output = AlignedBuffer(count: limits.logitRows * shape.vocabularySize)
        workers = (0..<pool.workers).map { _ in
            WorkerScratch(
                attention: AttentionPlan(shape, tokens: limits.tokens, workers: pool.workers),
                scratch: AttentionTile.scratch(
                    rows: AttentionPlan.largestTile(shape), headDimension: shape.headDimension),
                tokens: limits.tokens, slots: slots, experts: shape.experts)
        }
    }

    func logits(row: Int) -> UnsafeMutableBufferPointer<Float> {
        precondition(row < limits.logitRows)
        let size = model.configuration.vocabularySize
        return UnsafeMutableBufferPointer(start: output.pointer + row * size, count: size)
    }

    func state(token index: Int) -> UnsafeBufferPointer<Float> {
        precondition(index < limits.tokens)
        let size = model.configuration.dimension
        return UnsafeBufferPointer(start: residual.pointer + index * size, count: size)
    }

    func forward(_ batch: Batch) {
        precondition(batch.tokens.count <= limits.tokens)
        precondition(batch.tokens.allSatisfy { $0.logitRow ?? 0 < limits.logitRows })
        pool.run { [self] worker in forward(batch, &worker) }
    }

    private func forward(_ batch: Batch, _ worker: inout Worker) {
        workers[worker.index].attention.build(batch.tokens)
        embed(batch, &worker)
        for index in 0..<model.configuration.layers {
            let layer = model.layers[index]
            attention(layer, index, batch, &worker)
            feedForward(layer, index, batch, &worker)
        }
        head(batch, &worker)
    }

    /// residual = embedding of each token; the angles of its position; and what the first layer starts with.
    private func embed(_ batch: Batch, _ worker: inout Worker) {
        let half = frequencies.count
        worker.forEach(batch.tokens.count) { range in
            for t in range {
                let token = batch.tokens[t]
                model.embedding.decodeRow(
                    Int(token.id), into: residual.pointer + t * model.configuration.dimension)
                frequencies.withUnsafeBufferPointer {
                    RotaryEmbedding.angles(
                        position: token.position, frequencies: $0, cosines: cosines.pointer + t * half,
                        sines: sines.pointer + t * half)
                }
                enter(layer: 0, token: t, batch)
            }
        }
    }

    /// Norms the residual for layer `index`, or for the head behind the last layer. At the end of the loop that
    /// completed the residual: a loop of its own would be one more wait for the others.
    private func enter(layer index: Int, token t: Int, _ batch: Batch) {
        let x = residual.pointer + t * model.configuration.dimension
        if index < model.configuration.layers {
            norm(x, model.layers[index].attentionNorm, into: normed.rows[t])
            normed.rows.quantize(row: t, model.operations)
            return
        }
        if let row = batch.tokens[t].logitRow {
            norm(x, model.outputNorm, into: last.rows[row])
            last.rows.quantize(row: row, model.operations)
        }
        // In place: nobody reads the residual any more.
        if batch.tokens[t].wantsState { norm(x, model.outputNorm, into: x) }
    }

    /// projected = Wo attention(RMSNorm(residual)).
    private func attention(_ layer: LlamaLayer, _ index: Int, _ batch: Batch, _ worker: inout Worker) {
        let shape = model.configuration
        let tokens = batch.tokens.count
        let normed = normed.rows
        let attended = attended.rows

        multiply(
            (layer.query, queries.pointer), (layer.key, keys.pointer), (layer.value, values.pointer), normed,
            tokens: tokens, &worker)
        // Keys of 16 positions lie beside each other: threads that took turns would fight for cache lines.
        worker.forEach(tokens, grain: min(16, max(1, tokens / (4 * worker.count)))) { range in
            for t in range { rotateAndStore(t, layer: index, batch) }
        }
        attend(layer: index, batch, &worker)
        worker.forEach(tokens) { range in
            for t in range { attended.quantize(row: t, model.operations) }
        }
        worker.forEach(shape.dimension, grain: grain(shape.dimension, worker)) { rows in
            layer.attentionOutput.multiply(
                rows: rows, attended, tokens: tokens, into: projected.pointer, outStride: shape.dimension)
        }
    }

    /// residual += projected; and then, with x = RMSNorm(residual),
    /// residual += sum over the chosen experts of weight * down(silu(gate x) * up x).
    private func feedForward(_ layer: LlamaLayer, _ index: Int, _ batch: Batch, _ worker: inout Worker) {
        let shape = model.configuration
        let tokens = batch.tokens.count
        let (k, dimension, width) = (shape.expertsPerToken, shape.dimension, shape.feedForward)
        let slots = tokens * k
        let hidden = hidden.rows
        let routed = routed.rows
        let inner = inner.rows
        let scratch = workers[worker.index]

        worker.forEach(tokens) { range in
            for t in range {
                let sum = residual.pointer + t * dimension
                model.operations.add(projected.pointer + t * dimension, to: sum, count: dimension)
                norm(sum, layer.feedForwardNorm, into: hidden[t])
                hidden.quantize(row: t, model.operations)
                route(hidden[t], token: t, layer.router)
            }
        }
        if let routing = batch.routing, worker.index == 0 {
            (routing + index * slots).update(from: choices.pointer, count: slots)
        }
        scratch.plan.build(choices.pointer, count: slots)
        let pairs = scratch.plan.pairs.pointer
        // An expert's rows have to lie together, except where no expert has two.
        let gathers = scratch.plan.mostSlots > 1
        if gathers {
            worker.forEach(slots) { range in
                for slot in range { routed.copy(row: Int(pairs[slot]) / k, of: hidden, to: slot) }
            }
        }
        forEachExpert(
            scratch.plan, rows: width, unit: max(MatrixLayout.panelRows, inner.unit),
            most: WorkerScratch.rows, &worker
        ) { expert, rows, slots in
            let expert = layer.experts[expert]
            let x = gathers ? routed.from(slots.lowerBound) : hidden.from(Int(pairs[slots.lowerBound]) / k)
            let (gate, up) = (scratch.gate.pointer, scratch.up.pointer)  // [slots, rows]
            let (first, stride) = (rows.lowerBound, rows.count)
            expert.gate.multiply(rows: rows, x, tokens: slots.count, into: gate - first, outStride: stride)
            expert.up.multiply(rows: rows, x, tokens: slots.count, into: up - first, outStride: stride)
            model.operations.siluMultiply(gate, up, count: slots.count * stride)
            for s in 0..<slots.count {
                inner.set(
                    row: slots.lowerBound + s, part: rows, to: gate + s * stride, model.operations)
            }
        }
        forEachExpert(scratch.plan, rows: dimension, unit: MatrixLayout.panelRows, most: dimension, &worker) {
            expert, rows, slots in
            layer.experts[expert].down.multiply(
                rows: rows, inner.from(slots.lowerBound), tokens: slots.count,
                into: down.pointer + slots.lowerBound * dimension, outStride: dimension)
        }
        worker.forEach(tokens) { range in
            for t in range {
                combine(t, scratch.plan.slots.pointer)
                enter(layer: index + 1, token: t, batch)
            }
        }
    }

    /// logits = Wout RMSNorm(residual), for the tokens that want them.
    private func head(_ batch: Batch, _ worker: inout Worker) {
        let shape = model.configuration
        let last = last.rows
        let wanted = batch.tokens.reduce(0) { max($0, ($1.logitRow ?? -1) + 1) }
        worker.forEach(shape.vocabularySize, grain: grain(shape.vocabularySize, worker)) { rows in
            model.output.multiply(
                rows: rows, last, tokens: wanted, into: output.pointer, outStride: shape.vocabularySize)
        }
    }
}

// MARK: - Pieces

extension LlamaRunner {
    private typealias Product = (matrix: Matrix, out: UnsafeMutablePointer<Float>)

    /// Three products with the same right-hand side, as one loop over all their rows. Each begins at a multiple of 16
    /// in the loop, so that every piece of it is whole panels, whatever the rows of the one before.
    private func multiply(
        _ a: Product, _ b: Product, _ c: Product, _ x: Activations.Rows, tokens: Int, _ worker: inout Worker
    ) {
        let second = wholePanels(a.matrix.rows)
        let third = second + wholePanels(b.matrix.rows)
        let rows = third + wholePanels(c.matrix.rows)
        worker.forEach(rows, grain: grain(rows, worker)) { range in
            /// The rows of `range` that are `product`'s, which begins at `start`.
            func part(_ product: Product, at start: Int) {
                let own = range.clamped(to: start..<start + product.matrix.rows)
                guard !own.isEmpty else { return }
                product.matrix.multiply(
                    rows: own.lowerBound - start..<own.upperBound - start, x, tokens: tokens,
                    into: product.out, outStride: product.matrix.rows)
            }
            part(a, at: 0)
            part(b, at: second)
            part(c, at: third)
        }
    }

    /// `rows`, filled up to whole panels.
    private func wholePanels(_ rows: Int) -> Int {
        (rows + MatrixLayout.panelRows - 1) / MatrixLayout.panelRows * MatrixLayout.panelRows
    }

    /// One loop over `rows` output rows of every expert that has tokens, in whole units, at most `most` at a time.
    private func forEachExpert(
        _ plan: borrowing ExpertPlan, rows: Int, unit: Int, most: Int, _ worker: inout Worker,
        _ body: (_ expert: Int, _ rows: Range<Int>, _ slots: Range<Int>) -> Void
    ) {
        let grain = min(most, grain(rows * plan.activeCount, unit: unit, worker))
        let pieces = (rows + grain - 1) / grain
        let active = plan.active.pointer
        let starts = plan.starts.pointer
        worker.forEach(plan.activeCount * pieces) { range in
            for item in range {
                let expert = Int(active[item / pieces])
                let first = item % pieces * grain
                body(
                    expert, first..<min(first + grain, rows),
                    Int(starts[expert])..<Int(starts[expert + 1]))
            }
        }
    }

    /// Rows of one work item: some eight items for each worker, so that one that was interrupted does
    /// not hold up the others, and whole panels: kernels run at their best, and weights may lie in panels.
    private func grain(_ rows: Int, unit: Int = MatrixLayout.panelRows, _ worker: borrowing Worker) -> Int {
        max(unit, rows / (8 * worker.count) / unit * unit)
    }

    private func norm(
        _ x: UnsafePointer<Float>, _ weight: UnsafePointer<Float>, into out: UnsafeMutablePointer<Float>
    ) {
        let shape = model.configuration
        model.operations.rmsNorm(x, weight, epsilon: shape.normEpsilon, into: out, count: shape.dimension)
    }

    /// Turns the token's queries and keys by its position; stores keys and values in its page.
    private func rotateAndStore(_ t: Int, layer: Int, _ batch: Batch) {
        let shape = model.configuration
        let size = shape.headDimension
        let token = batch.tokens[t]
        let q = queries.pointer + t * shape.heads * size
        let k = keys.pointer + t * shape.kvHeads * size
        let v = values.pointer + t * shape.kvHeads * size
        let half = frequencies.count
        let (cosines, sines) = (cosines.pointer + t * half, sines.pointer + t * half)
        switch shape.rope.layout {
        case .pairs:
            model.operations.rotatePairs(
                q, cosines: cosines, sines: sines, heads: shape.heads, headDimension: size, half: half)
            model.operations.rotatePairs(
                k, cosines: cosines, sines: sines, heads: shape.kvHeads, headDimension: size, half: half)
        case .halves:
            model.operations.rotateHalves(
                q, cosines: cosines, sines: sines, heads: shape.heads, headDimension: size, half: half)
            model.operations.rotateHalves(
                k, cosines: cosines, sines: sines, heads: shape.kvHeads, headDimension: size, half: half)
        }
        // As llama.cpp multiplies queries with keys that are halves: it keeps our tokens close to its.
        if layout.type == .f16 { model.operations.roundToHalf(q, count: shape.heads * size) }

        guard let found = batch.pages[token.sequence][token.position / KVType.pagePositions] else {
            preconditionFailure("no page for position \(token.position)")
        }
        let page = UnsafeMutablePointer(mutating: found)
        for head in 0..<shape.kvHeads {
            model.operations.store(
                key: k + head * size, value: v + head * size,
                in: page + layout.blockOffset(layer: layer, head: head), position: token.position,
                headDimension: size, as: layout.type)
        }
    }

    /// attended = attention of every token, over its sequence's cache.
    private func attend(layer: Int, _ batch: Batch, _ worker: inout Worker) {
        let shape = model.configuration
        let mine = workers[worker.index]
        let pieces = mine.attention.pieces
        let size = shape.headsPerKV * AttentionTile.partial(headDimension: shape.headDimension)
        // One head's pieces after another's: they read the same keys and values.
        worker.forEach(pieces * shape.kvHeads) { range in
            for item in range {
                let head = item / pieces
                let piece = mine.attention.piece(item % pieces)
                let tile = tile(piece.tile, head: head, layer: layer, batch)
                if piece.tile.chunks == 1 {
                    model.operations.attend(tile, scratch: mine.scratch.pointer)
                } else {
                    model.operations.attend(
                        tile, chunk: piece.chunk,
                        into: partials.pointer + (head * pieces + piece.index) * size,
                        scratch: mine.scratch.pointer)
                }
            }
        }
        guard mine.attention.needsMerging else { return }
        worker.forEach(mine.attention.tileCount * shape.kvHeads) { range in
            for item in range {
                let head = item % shape.kvHeads
                let piece = mine.attention.tile(item / shape.kvHeads)
                guard piece.chunks > 1 else { continue }
                model.operations.merge(
                    tile(piece, head: head, layer: layer, batch),
                    partials: partials.pointer + (head * pieces + Int(piece.firstPiece)) * size)
            }
        }
    }

    /// The tile's tokens, and the query heads that share key/value head `head`.
    private func tile(_ tile: AttentionPlan.Tile, head: Int, layer: Int, _ batch: Batch) -> AttentionTile {
        let shape = model.configuration
        let t = Int(tile.first)
        let width = shape.heads * shape.headDimension
        let group = head * shape.headsPerKV * shape.headDimension
        return AttentionTile(
            queries: queries.pointer + t * width + group, out: attended.rows[t] + group, stride: width,
            tokens: Int(tile.count), group: shape.headsPerKV, headDimension: shape.headDimension,
            position: batch.tokens[t].position, window: shape.slidingWindow,
            pages: batch.pages[batch.tokens[t].sequence],
            block: layout.blockOffset(layer: layer, head: head), type: layout.type)
    }

    /// residual += sum of weight · output over the token's experts, in order of rank, whatever their slots.
    ///
    /// Weights sum to 1, so this is the best expert's output, and the others' difference from it in their
    /// weights. Written so, experts that agree give exactly what a dense model gives: an upcycled model has
    /// the very bits of its parent, which is the sharpest test of routing there is.
    private func combine(_ t: Int, _ slots: UnsafePointer<Int32>) {
        let (k, dimension) = (model.configuration.expertsPerToken, model.configuration.dimension)
        let sum = residual.pointer + t * dimension
        func output(_ rank: Int) -> UnsafePointer<Float> {
            UnsafePointer(down.pointer + Int(slots[t * k + rank]) * dimension)
        }
        model.operations.add(output(0), to: sum, count: dimension)
        for rank in 1..<max(k, 1) {
            model.operations.add(
                output(rank), minus: output(0), times: choices.pointer[t * k + rank].weight, to: sum,
                count: dimension)
        }
    }

    /// Writes the token's choice of experts.
    private func route(_ x: UnsafeMutablePointer<Float>, token t: Int, _ router: Matrix?) {
        let shape = model.configuration
        let choices = choices.pointer + t * shape.expertsPerToken
        guard let router else {
            choices[0] = ExpertChoice(expert: 0, weight: 1)
            return
        }
        let logits = routerLogits.pointer + t * shape.experts
        router.multiply(
            rows: 0..<shape.experts, Activations.Rows(floats: x, columns: shape.dimension), tokens: 1,
            into: logits,
            outStride: shape.experts)
        chooseExperts(
            UnsafeBufferPointer(start: logits, count: shape.experts), count: shape.expertsPerToken,
            into: choices)
    }
}

/// Memory of one worker alone.
private final class WorkerScratch {
    /// Rows of gate and up that are computed at a time, for all tokens of an expert.
    static let rows = 256

    var attention: AttentionPlan
    let scratch: AlignedBuffer<Float>  // of the attention kernels
    var plan: ExpertPlan
    let gate: AlignedBuffer<Float>  // [tokens, rows]
    let up: AlignedBuffer<Float>  // [tokens, rows]

    init(attention: consuming AttentionPlan, scratch: Int, tokens: Int, slots: Int, experts: Int) {
        self.attention = attention
        self.scratch = AlignedBuffer(count: scratch)
        plan = ExpertPlan(pairs: slots, experts: experts)
        gate = AlignedBuffer(count: tokens * WorkerScratch.rows)
        up = AlignedBuffer(count: tokens * WorkerScratch.rows)
    }
}
