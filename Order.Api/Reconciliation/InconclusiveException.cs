namespace Order.Api.Reconciliation;

/// <summary>What was read does not tell whether an invariant holds.</summary>
internal sealed class InconclusiveException(string message) : Exception(message);
