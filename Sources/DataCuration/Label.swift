// The names of what is found. Which rule finds a label is that rule's matter; what is done about it, the policy's.

/// What a span of a training text is. Raw values are those of policies, outputs and labelled sets.
public enum Label: String, CaseIterable, Codable, Sendable {
    /// The assistant says that it is, or was made by, a named model or company.
    case foreignIdentity = "self_id.foreign"
    /// The assistant speaks of itself as a machine, without a name.
    case genericIdentity = "self_id.generic"
    /// The assistant appeals to a named company's rules, or to rules that its maker gave it.
    case foreignPolicy = "policy.foreign"
    /// The assistant tells where its knowledge ends.
    case cutoff
    /// The request is declined and nothing of it given.
    case fullRefusal = "refusal.full"
    /// A part is declined and another given.
    case partialRefusal = "refusal.partial"
    /// The assistant says that a machine cannot do this.
    case capabilityRefusal = "refusal.capability"
    /// A question back, or honest not-knowing.
    case clarification
    /// What a web page left in the text: buttons, counters, share links.
    case interfaceArtifact = "ui_artifact"
    /// A model, company or policy as the topic, or everyday words that look like one of the labels above.
    case mention
    /// Such words in another's mouth: fiction, quotation, code, role-play.
    case quoteOrFiction = "quote_fiction"
}
