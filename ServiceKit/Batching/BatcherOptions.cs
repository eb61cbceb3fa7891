namespace ServiceKit.Batching;

/// <summary>Limits of a <see cref="Batcher{T}"/>.</summary>
/// <param name="Name">Identifies the queue in metrics.</param>
/// <param name="QueueMax">Maximum number of waiting items.</param>
/// <param name="BatchMax">Maximum number of items per batch.</param>
/// <param name="Lanes">Maximum number of concurrent batches.</param>
public sealed record BatcherOptions(string Name, int QueueMax = 8_192, int BatchMax = 500, int Lanes = 1);
