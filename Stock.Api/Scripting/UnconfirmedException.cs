namespace Stock.Api.Scripting;

/// <summary>Too few replicas confirmed a write in time. It may still become durable, or be lost with the master, so its outcome is unknown.</summary>
/// <param name="confirmed">Number of replicas that confirmed it.</param>
/// <param name="wanted">Number of replicas that must.</param>
internal sealed class UnconfirmedException(long confirmed, int wanted)
    : TimeoutException($"{confirmed} of {wanted} replicas of Redis confirmed the write.");
