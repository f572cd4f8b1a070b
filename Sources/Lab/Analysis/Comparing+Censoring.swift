// What to do where answers were cut at max_tokens. It knows lengths and which of them are whole.

internal import Statistics

extension Comparing {
    /// Why means stop deciding, and what decides instead.
    ///
    /// A cut answer's length is a lower bound. The mean of observed lengths is then the mean of min(length, cut): if half of
    /// one arm's answers are cut, a treatment that doubles the long ones moves nothing, and one that moves a few across the
    /// cut moves little. A difference of those means may be far smaller than the true one, even of the other sign (longer
    /// long answers unseen, shorter short ones seen), and their *equality* says nothing of what lies behind the cut. Dropping
    /// cut answers is worse: it selects short ones, more of them in the arm with the longer answers.
    ///
    /// What the data do say, whatever lies behind the cut:
    /// - **Order.** Of two answers to one prompt it is known which is longer unless the shorter observation is cut. Gehan's
    ///   score (1965), +1, −1, or 0 where the order is not known, averaged over a prompt's pairs, is a Cliff's δ of what
    ///   is known. Under the null hypothesis the arms of a prompt are exchangeable, cuts included, since both arms have the
    ///   same max_tokens; so swapping a prompt's arms flips its score's sign, and the sign-flip permutation over *prompts* is
    ///   exact whatever the lengths' distribution and however answers of a prompt cluster. It decides the difference.
    /// - **The restricted mean.** All answers are cut at one number of tokens, so the mean of min(tokens, cut) is seen without
    ///   error: it needs no Kaplan-Meier weights, and its contrast over prompts has an honest t interval. It is reported in
    ///   tokens, for in characters the cut falls elsewhere in each answer.
    ///
    /// Equivalence is never claimed then: the bound would have to hold behind the cut, where nobody has looked.
    func censoring(
        _ means: PromptMeans, _ note: MetricNote, isTested: Bool, _ problems: inout [String]
    ) -> CensoringNote? {
        let (control, treatment) = (means.controlValues, means.treatmentValues)
        guard (control + treatment).contains(where: \.isCensored) else { return nil }
        let shares = [control, treatment].map { arm in
            Double(arm.count(where: \.isCensored)) / Double(max(1, arm.count))
        }
        var result = CensoringNote(
            controlShare: shares[0], treatmentShare: shares[1],
            decides: max(shares[0], shares[1]) > settings.mostCensored)
        let scores = means.prompts.map(Self.gehanScore)
        result.gehanEstimate = mean(scores)
        do {
            if isTested {
                let test = try signFlip(scores, stream: 3)
                result.gehan = TestNote(
                    name: "Gehan's scores, sign-flip permutation over prompts",
                    statistic: "mean score = \(NumberForm.signed(mean(scores)))", value: mean(scores),
                    p: test.pValue)
            }
            result.restrictedMean = try restrictedMean(means)
        } catch {
            problems.append("\(error)")
        }
        return result
    }

    /// P(treatment longer) − P(control longer) over pairs of a prompt, each pair of cells weighing the same.
    static func gehanScore(_ prompt: PromptMeans.Prompt) -> Double {
        var sum = 0.0
        for treatment in prompt.treatment {
            for control in prompt.control {
                var score = 0
                for x in treatment {
                    for y in control {
                        if x.value > y.value, !y.isCensored { score += 1 }
                        if x.value < y.value, !x.isCensored { score -= 1 }
                        if x.value == y.value, x.isCensored != y.isCensored { score += x.isCensored ? 1 : -1 }
                    }
                }
                sum += Double(score) / Double(treatment.count * control.count)
            }
        }
        return sum / Double(prompt.treatment.count * prompt.control.count)
    }

    /// The contrast of min(tokens, cut), which is what `tokens` holds: an answer is cut nowhere else.
    private func restrictedMean(_ means: PromptMeans) throws(StatisticsError) -> CensoringNote.RestrictedMean?
    {
        guard let limit = (means.controlValues + means.treatmentValues).filter(\.isCut).map(\.tokens).max()
        else {
            return nil
        }
        let contrasts = means.inTokens.contrasts
        let estimate = try self.estimate(means.inTokens)
        return CensoringNote.RestrictedMean(
            limit: Double(limit), control: mean(contrasts.map(\.control)),
            treatment: mean(contrasts.map(\.treatment)), difference: estimate.value,
            interval: Interval(estimate.interval(level: 1 - settings.alpha), method: "t over prompts"))
    }
}

extension PromptMeans {
    /// The same answers, measured in tokens.
    fileprivate var inTokens: PromptMeans {
        var copy = self
        copy.convert {
            Value(value: Double($0.tokens), isCensored: $0.isCut, tokens: $0.tokens, isCut: $0.isCut)
        }
        return copy
    }
}
