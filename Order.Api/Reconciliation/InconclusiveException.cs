namespace Order.Api.Reconciliation;

/// <summary>The data read does not show whether an invariant holds.</summary>
internal sealed class InconclusiveException(string message) : Exception(message);
