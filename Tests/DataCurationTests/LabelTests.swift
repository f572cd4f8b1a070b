import DataCuration
import Testing

/// Names in policies, outputs and the labelled set.
struct LabelTests {
    @Test func namesAreThoseOfTheLabelledSet() {
        #expect(
            Label.allCases.map(\.rawValue) == [
                "self_id.foreign", "self_id.generic", "policy.foreign", "cutoff", "refusal.full",
                "refusal.partial", "refusal.capability", "clarification", "ui_artifact", "mention",
                "quote_fiction",
            ])
    }
}
